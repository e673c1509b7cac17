"""A server that is started, asked, measured from outside, in /proc, and ended."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zlib
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent
TICK = os.sysconf("SC_CLK_TCK")


def program(name):
    """Return a program of this Python's environment."""
    return str(Path(sys.executable).with_name(name))


def family(pid):
    """Return a process with all that it started, however deep; those that have ended are left out."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def cpu(pid):
    """Return the seconds that a process and all that it started have worked."""
    total = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def others_cpu():
    """Return the seconds that the whole machine has worked, what its host took included, and wrk's left out."""
    fields = [int(one) for one in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    wrk = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (sum(fields) - fields[3] - fields[4]) / TICK - wrk.ru_utime - wrk.ru_stime


def own_memory(pid):
    """Return the MB that a process holds for itself, beyond what it shares with others or maps from files."""
    return _memory(pid, "smaps_rollup", "Private_Dirty")


def proportional_memory(pid):
    """Return the MB that a process holds, what is shared divided among those who share it."""
    return _memory(pid, "smaps_rollup", "Pss")


def memory_of_no_file(pid):
    """Return the MB that a process holds and that are of no file: quickly told, with what it shares since its fork."""
    return _memory(pid, "status", "RssAnon")


def _memory(pid, file, what):
    """Return the MB that Linux counts so; none of a process that has ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024 / 1e6
    return 0


class Server:
    """A server with workers, from `with` on until its end."""

    def __init__(self, name, command, folder, first="/", beside=(), **environment):
        """Take a command, with {port} in it, and the path that is asked for until it is answered.

        `beside` are other processes that work for it, with all that they started: those of its database.
        """
        self.beside = beside
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.name, self.first, self.folder, self.address = name, first, folder, f"http://127.0.0.1:{self.port}"
        self.command = [word.format(port=self.port) for word in command]
        self.environment = os.environ | environment

    def __enter__(self):
        began, self.log = time.perf_counter(), self.folder / f"{self.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=HERE, stdout=log, stderr=log, start_new_session=True
            )
        while time.perf_counter() - began < 120 and self.process.poll() is None:
            with suppress(OSError):
                self.ask(self.first)
                self.started_in = time.perf_counter() - began
                return self
            time.sleep(0.01)
        self.__exit__()
        sys.exit(f"{self.name} does not answer {self.first}:\n{self.log.read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # its own session, so nobody else's
            self.process.wait()

    def ask(self, path):
        """Return an answer."""
        with urllib.request.urlopen(self.address + path, timeout=120) as answer:
            return answer.read()

    def post(self, path, text):
        """Return the answer to a text that is sent."""
        request = urllib.request.Request(self.address + path, text, {"Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def workers(self):
        """Return the processes that answer."""
        return [
            int(one) for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def cpu(self):
        """Return the seconds that it has worked, with its database."""
        return sum(map(cpu, (self.process.pid, *self.beside)))

    def settle(self):
        """Wait, a minute at most, until it has nothing more to do."""
        for _ in range(300):
            before = self.cpu()
            time.sleep(0.2)
            if self.cpu() - before < 0.03:
                return

    def wrk(self, paths, seconds, connections, turn=0):
        """Return the command that has wrk ask for these paths."""
        file = self.folder / f"{zlib.crc32(repr(paths).encode())}.paths"  # no two lists in one file
        file.write_text("\n".join(paths))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "ask.lua"]
        return [*command, self.address, "--", file, str(turn % len(paths))]

    def drive(self, paths, seconds, connections, turn=0):
        """Return what one turn of wrk measured: CPU of the server for a request (µs), latencies (ms), requests/s."""
        ours, all_ = self.cpu(), others_cpu()
        command = self.wrk(paths, seconds, connections, turn)
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
        if "MEASURED" not in printed:
            sys.exit(f"wrk failed on {self.name}: {printed[-500:]}")
        found = json.loads(printed.partition("MEASURED ")[2])
        worked, requests = self.cpu() - ours, max(1, found["requests"])
        return {
            **{"cpu": worked / requests * 1e6, "rate": requests / found["seconds"], "failed": found["failed"]},
            **{"p50": found["p50"], "p99": found["p99"], "others": (others_cpu() - all_ - worked) / found["seconds"]},
        }
