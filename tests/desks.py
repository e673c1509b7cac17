"""The desk as `headcount review` serves it, for tests in a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from api.desk.app import create_desk
from seeds.review.review import Review


@contextmanager
def serving(document: Path, article: Path) -> Iterator[str]:
    """Serve the desk of an article on a free port; give its address."""
    desk = create_desk(lambda: Review.read(document, article), "token")
    server = make_server("127.0.0.1", 0, desk, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/token/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
