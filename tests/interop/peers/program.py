"""A program that runs beside the test: started with its output in a file, waited for with a time
limit, ended by its process id. It also ends when the test does, however that dies."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 30  # longer than anything here takes on a machine that is busy with other tests


class PeerError(Exception):
    """A peer did not do its part."""


def wait_until(condition, what, seconds=SECONDS):
    """What `condition` answers, once that is true."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise PeerError(f"{what}: not within {seconds} seconds")
        time.sleep(0.01)
    return answer


class Program:
    def __init__(self, arguments, environment=None, pass_fds=(), stdout=None):
        self.name = os.path.basename(arguments[0])
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *arguments], stdin=subprocess.DEVNULL,
            stdout=stdout or self._output, stderr=self._output, pass_fds=pass_fds,
            env={**os.environ, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._output.close()

    @property
    def pid(self):
        return self._process.pid

    def output(self):
        # Not through the file's own position, which the program writes at.
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def running(self):
        return self._process.poll() is None

    def wait_until(self, condition, what):
        """As the function, and an error as soon as the program has ended."""
        def condition_or_end():
            answer = condition()
            if not answer and not self.running():
                raise PeerError(f"{self.name} ended with {self._process.returncode} before "
                                f"{what}:\n{self.output()}")
            return answer
        return wait_until(condition_or_end, f"{self.name}: {what}")

    def finish(self, seconds=SECONDS):
        """The exit status of a program that ends by itself."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise PeerError(f"{self.name} did not end within {seconds} seconds:\n"
                            f"{self.output()}") from None

    def stop(self):
        """The exit status, after SIGTERM and, if that does not help, SIGKILL."""
        if self.running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait(SECONDS)


def free_port():
    """A port of the loopback that nobody uses. Below those that the kernel gives to connections, so
    that it is likely to be free still when a server takes it."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def listens(port, address="127.0.0.1", process="self"):
    """Whether somebody listens on a port of an address in the process's network; found without
    connecting, since a server may take a connection for a client."""
    here = f"{int.from_bytes(socket.inet_aton(address), sys.byteorder):08X}:{port:04X}"
    with open(f"/proc/{process}/net/tcp", encoding="ascii") as table:
        return any(row.split()[1] == here and row.split()[3] == "0A" for row in table)
