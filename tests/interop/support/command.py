"""Our side of an interop test as another process: the command `opensspi` (OPENSSPI_COMMAND)."""

import contextlib
import json
import os
import re

from peers.program import PeerError, Program

ACCEPTED, REFUSED = 0, 1  # exit statuses of `connect`


class Command:
    """The command with accounts and a policy of its own, everything under one folder (a
    pathlib.Path). `inside`: what runs a program on another machine of the test's.
    `environment` is what a program needs to use the same accounts and policy."""

    def __init__(self, folder, policy="", inside=()):
        self._folder = folder
        self._inside = inside
        self._servers = 0
        (folder / "policy.toml").write_text(policy)
        self.environment = {"OPENSSPI_ACCOUNTS": str(folder / "accounts.db"),
                             "OPENSSPI_POLICY": str(folder / "policy.toml"),
                             "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
                             "XDG_DATA_HOME": str(folder / "data"), "LC_ALL": "C.UTF-8"}

    def add_account(self, user, password):
        self._must("account", "add", user, "--password-file", self._password_file(password))

    def disable_account(self, user):
        self._must("account", "disable", user)

    def passwd(self, user, old_password, new_password):
        """Changes a password; everything it wrote."""
        old = self._folder / "old-password"
        old.write_text(old_password, encoding="utf-8")
        return "".join(self._run("passwd", user, "--old-password-file", str(old), "--password-file",
                                 self._password_file(new_password))[1:])

    def connect(self, address, user, password, *options):
        """Logs on to a server, as whoever has logged on with user None; the exit status, the JSON
        object, and everything it wrote."""
        if user is not None:
            options = ("--user", user, "--password-file", self._password_file(password), *options)
        return self.connect_with(address, *options)

    def connect_with(self, address, *options):
        """The same, as whom the options name."""
        status, answer, output = self._run("connect", address, "--json", *map(str, options))
        try:
            return status, json.loads(answer), output
        except json.JSONDecodeError:
            raise PeerError(f"opensspi connect ended with {status} and no JSON object:\n"
                            f"{answer}\n{output}") from None

    @contextlib.contextmanager
    def serve(self, *options, address="127.0.0.1"):
        """Runs a server; must end well when told to."""
        self._servers += 1
        path = self._folder / f"logons-{self._servers}"
        with path.open("w+b") as logons, self._start(
                "serve", "--listen", f"{address}:0", "--json", *options, stdout=logons) as program:
            where = program.wait_until(
                lambda: re.search(rf"\b{re.escape(address)}:[1-9]\d*\b", program.output()),
                "it tells where it listens")
            yield Server(program, path, where.group())
            status = program.stop()
            if status != 0:
                raise PeerError(f"opensspi serve ended with {status}:\n{program.output()}")

    def _password_file(self, password):
        path = self._folder / "password"
        path.write_text(password, encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def _must(self, *arguments):
        status, answer, output = self._run(*arguments)
        if status != 0:
            raise PeerError(f"opensspi {arguments[:2]} ended with {status}:\n{answer}\n{output}")

    def _run(self, *arguments):
        with (self._folder / "answer").open("w+b") as answer, \
                self._start(*arguments, stdout=answer) as program:
            status = program.finish()
            answer.seek(0)
            return status, answer.read().decode(), program.output()

    def _start(self, *arguments, stdout):
        return Program([*self._inside, os.environ["OPENSSPI_COMMAND"], *arguments],
                       self.environment, stdout=stdout)


class Server:
    """`address` is where it listens."""

    def __init__(self, program, logons, address):
        self.address = address
        self._program = program
        self._logons = logons
        self._told = 0

    def new_logons(self):
        """The objects of the connections since the last call, of which there must be one or more.
        To be called when the client has ended: FreeRDP 3 tries again without being asked."""
        def objects():
            lines = self._logons.read_bytes().splitlines(keepends=True)
            complete = lines and lines[-1].endswith(b"\n") and len(lines) > self._told
            connections = self.output().count(" connection from ")
            return lines if complete and len(lines) == connections else None

        lines = self._program.wait_until(objects, "an object for each connection")
        told, self._told = self._told, len(lines)
        return [json.loads(line) for line in lines[told:]]

    def output(self):
        return self._program.output()
