"""The process that draws: for each line on its standard input, a socket, it answers there (`api.explorer.renderer`).

It is run as a file, so that it holds vl-convert and nothing else of ours.
"""

import signal
import socket
import sys
from typing import Any

import vl_convert


def draw(what: str, text: str, version: str) -> bytes:
    """Return a Vega-Lite specification as "svg" or "png", or the "script" that shows any of them in a browser."""
    if what == "svg":
        return vl_convert.vegalite_to_svg(text, vl_version=version).encode()
    if what == "png":
        return vl_convert.vegalite_to_png(text, vl_version=version, scale=2)
    bundle: Any = vl_convert.javascript_bundle  # whose stub knows no default for the snippet
    return bundle(vl_version=version).encode()  # type: ignore[no-any-return]


def main(version: str, longest: float) -> None:
    """Answer until the other end is closed; a drawing that takes longer than `longest` seconds ends the process."""
    with socket.socket(fileno=sys.stdin.fileno()) as connection, connection.makefile("rwb") as stream:
        for line in stream:
            what, _, text = line.decode().partition(" ")
            signal.setitimer(signal.ITIMER_REAL, longest)  # its signal's default is to end the process
            try:
                done, answer = b"drawn", draw(what, text, version)
            except Exception as error:
                done, answer = b"refused", str(error).encode()
            signal.setitimer(signal.ITIMER_REAL, 0)
            stream.write(b"%b %d\n%b" % (done, len(answer), answer))
            stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
