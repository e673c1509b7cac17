"""A faster protocol class for one version of gunicorn's ASGI worker, because it uses private names of gunicorn.

`api.server.gunicorn` chooses it if exactly this version of gunicorn is installed; any other version serves the front
door as a plain ASGI application. Differences from gunicorn's own protocol:

- a ready response is written without a task, without an ASGI scope, and without a check of its headers;
- a request that cannot be read as HTTP is refused with a problem document;
- the headers of a connection's first request must arrive within HEADCOUNT_FIRST_REQUEST_SECONDS;
- a request for a WebSocket is answered as plain HTTP.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from gunicorn.asgi import protocol
from gunicorn.workers import gasgi
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    NotImplemented,
    RequestHeaderFieldsTooLarge,
    RequestURITooLarge,
)

from api.http.headers import REQUEST_ID
from api.http.problems import handle_http_exception

if TYPE_CHECKING:
    from api.server.front_door import FrontDoor

ID = REQUEST_ID.encode()

_REFUSALS: dict[int, HTTPException] = {
    414: RequestURITooLarge("The request line is too long."),
    431: RequestHeaderFieldsTooLarge("The headers are too long, or too many."),
    500: InternalServerError("Something went wrong here."),
    501: NotImplemented("This transfer coding is not known here."),
}


class Protocol(protocol.ASGIProtocol):  # type: ignore[misc]
    """One connection; the worker's application is the front door."""

    def __init__(self, worker: Any) -> None:
        super().__init__(worker)
        self.front_door: FrontDoor = worker.asgi
        self.app = self.front_door.respond_by_flask

    def connection_made(self, transport: Any) -> None:
        """Set the time limit of the first request; gunicorn sets that of later ones (`keepalive`)."""
        super().connection_made(transport)
        seconds = self.front_door.config.first_request_seconds
        self._keepalive_handle = self.worker.loop.call_later(seconds, self._keepalive_timeout)

    def _send_error_response(self, status: int, message: str, extra_headers: Any = ()) -> None:
        """Refuse a request that could not be parsed, with a problem document."""
        app = self.front_door.flask
        refusal = _REFUSALS.get(status) or BadRequest("This is not a request that HTTP knows.")
        with app.test_request_context("/unreadable"):
            app.preprocess_request()
            response = app.process_response(handle_http_exception(refusal))
        headers = {**response.headers, "Connection": "close"}
        lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._safe_write("\r\n".join(lines).encode("latin-1") + response.get_data())

    async def _serve_http_request(self, request: Any, sockname: Any, peername: Any) -> Any:
        """Write a ready response, or let gunicorn answer the request; return whether the connection stays open."""
        query = request.query.encode("latin-1")
        asked = request.method, request.raw_path, query, request.headers_bytes
        response = self.front_door.respond(*asked) or await self.front_door.respond_later(*asked)
        if response is None:
            return await super()._serve_http_request(request, sockname, peername)
        close = self._will_close(request, False)
        self._response_buffer = b"%b%b%b: %b\r\n%bServer: gunicorn/asgi\r\n%b\r\n" % (
            protocol._get_cached_status_line(request.version, response.status),
            response.lines,
            ID,
            response.request_id,
            protocol._get_cached_date_header(),
            b"Connection: close\r\n" if close else b"",
        )
        self._send_body(response.body)
        if self._flow_control.write_paused:
            await self._flow_control.drain()
        elif self._callback_parser.remaining():
            await asyncio.sleep(0)  # a client that sends requests without waiting must not block the others
        return not close

    def _is_websocket_upgrade(self, request: Any) -> bool:
        """Return False, because there are no WebSockets here."""
        return False


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]
    """gunicorn's ASGI worker with the faster protocol."""

    def init_process(self) -> None:
        """Set the protocol class and run the worker until it ends."""
        protocol.ASGIProtocol._check_h1c_protocol_available()  # sets attributes that gunicorn reads from this class
        gasgi.ASGIProtocol = Protocol  # the worker creates protocols by this name
        super().init_process()
