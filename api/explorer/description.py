"""A chart in words: its description for people who do not see it, and the notes below its title."""

from api.explorer.marks import Chart, Panel
from api.formats.phrases import amount, count


def describe(chart: Chart, title: str) -> str:
    """Return the description of a chart: its title, each panel with its numbers, and the notes."""
    panels = "; ".join(_describe_panel(panel) for panel in chart.panels)
    return f"{title}. {panels or 'There is nothing to draw'}. {' '.join(notes(chart))}"


def _describe_panel(panel: Panel) -> str:
    claims = f"{panel.title}: {count(panel.claims, 'claim')}"
    if not panel.numbers:
        return f"{claims} without a number"
    estimate = {"indicator": {"unit": panel.unit}}
    lowest, highest = (amount(end(panel.numbers), estimate) for end in (min, max))
    numbers = f"numbers from {lowest} to {highest}" if lowest != highest else f"the number {lowest}"
    return f"{claims}, with {numbers}"


def notes(chart: Chart) -> list[str]:
    """Return how many reports there are, which of them are not drawn, and how to read the marks."""
    counts = f"{count(chart.estimates, 'report')} of {count(chart.claims, 'claim')}."
    left_out = []
    if chart.aggregated:
        counts += " Too many to draw each: a bar spans the lowest to the highest number said of a year."
        if chart.vague:
            say = "says" if chart.vague == 1 else "say"
            left_out.append(f"{chart.vague:,} {say} no number (dozens, hundreds, thousands)")
    if chart.other_panels == 1:
        left_out.append("1 more place or indicator has fewer reports")
    elif chart.other_panels:
        left_out.append(f"{chart.other_panels:,} more places and indicators have fewer reports")
    lines = [counts + (f" Not drawn: {'; '.join(left_out)}." if left_out else "")]
    if chart.panels and not chart.aggregated:
        lines.append("Each row is one claim, at the time that it describes, newest first. An open side fades out.")
    return lines
