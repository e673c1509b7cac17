"""A page as a browser gets it, for tests."""

from html.parser import HTMLParser

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, the texts of some, and all its text."""

    def __init__(self, html):
        super().__init__()
        self.html, self.elements, self.words, self.texts, self._open = html, [], [], {}, []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("base", "meta", "link", "br", "img", "input", "source"):
            self._open.append((tag, []))

    def handle_endtag(self, tag):
        assert self._open[-1][0] == tag
        _, words = self._open.pop()
        self.texts.setdefault(tag, []).append(" ".join(" ".join(words).split()))

    def handle_data(self, data):
        if not (self._open and self._open[-1][0] == "script"):
            self.words.append(data)
        for _, words in self._open:
            words.append(data)

    def all(self, tag, **attributes):
        return [has for name, has in self.elements if name == tag and attributes.items() <= has.items()]

    def listed(self):
        """Return the addresses of the estimates in the table of all reports."""
        table = Page(self.html.partition('<table id="estimates">')[2].partition("</table>")[0])
        return [link["href"] for link in table.all("a") if link["href"].startswith("/estimates/")]

    def link(self, **attributes):
        links = self.all("a", **attributes)
        assert len(links) == 1, links
        return links[0]["href"]


def get(client, path, status=200, **headers):
    response = client.get(path, headers=BROWSER | headers)
    assert (response.status_code, response.mimetype) == (status, "text/html"), response.text[:500]
    return Page(response.text)
