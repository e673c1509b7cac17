"""The renderer process: it answers each line on its standard input, a socket, on that socket (`api.explorer.renderer`).

It runs as a file, so that it imports vl-convert and nothing of this project.

A request is a line `FORMAT SPECIFICATION`; an answer is a line `STATUS SIZE`, and SIZE bytes. STATUS is `rendered`, or
`refused` where the bytes are the error.
"""

import signal
import socket
import sys

import vl_convert


def render(format_: str, specification: str, version: str) -> bytes:
    """Return a Vega-Lite specification as an image: "svg" or "png"."""
    if format_ == "svg":
        return vl_convert.vegalite_to_svg(specification, vl_version=version).encode()
    return vl_convert.vegalite_to_png(specification, vl_version=version, scale=2)


def main(version: str, timeout: float) -> None:
    """Answer requests until the socket is closed; one that takes longer than `timeout` seconds ends the process."""
    with socket.socket(fileno=sys.stdin.fileno()) as connection, connection.makefile("rwb") as stream:
        for line in stream:
            format_, _, specification = line.decode().partition(" ")
            signal.setitimer(signal.ITIMER_REAL, timeout)  # SIGALRM ends the process by default
            try:
                status, answer = b"rendered", render(format_, specification, version)
            except Exception as error:
                status, answer = b"refused", str(error).encode()
            signal.setitimer(signal.ITIMER_REAL, 0)
            stream.write(b"%b %d\n%b" % (status, len(answer), answer))
            stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
