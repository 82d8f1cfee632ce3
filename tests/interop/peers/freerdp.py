"""FreeRDP as client (xfreerdp) and as server (freerdp-shadow-cli) with Network Level
Authentication. Version 2 is Debian 12's, version 3 is in the tree that `prepare` makes and runs
with that tree's loader."""

import contextlib
import glob
import os
import shutil
import subprocess

from peers import kerberos, tree
from peers.program import PeerError, Program, free_port, listens


def nt_hash(password):
    """MD4 of the password's UTF-16LE, by OpenSSL."""
    digest = subprocess.run(
        ["openssl", "dgst", "-md4", "-provider", "legacy", "-provider", "default", "-r"],
        input=password.encode("utf-16le"), capture_output=True, check=True, timeout=30)
    return digest.stdout.split()[0].decode()


class FreeRdp:
    def __init__(self, version, display, home, inside=(), realm=None):
        """Keeps what it writes under the folder `home`. `inside`: what runs a program on another
        machine of the test's; `realm`: the environment in which it finds a KDC."""
        self._version = version
        self._home = home
        self._inside = inside
        self._environment = {"DISPLAY": display, "HOME": home, "XDG_CONFIG_HOME": home,
                             "LC_ALL": "C.UTF-8", **(realm or kerberos.nowhere(home))}

    @staticmethod
    def missing(version):
        """What is not there, in words, or ""."""
        for name in ("xfreerdp", "freerdp-shadow-cli"):
            if not os.path.exists(_command(version, name)[-1] or ""):
                return f"FreeRDP {version} ({name})"
        return ""

    def version(self):
        return self._run("xfreerdp", "/version")[1]

    def connect(self, address, user, password, *options, security="nla"):
        """Logs on and hangs up; the client's exit status and what it wrote. Security "ext" asks
        for early user authorization."""
        return self._run("xfreerdp", f"/v:{address}", "/cert:ignore", f"/sec:{security}",
                         "+auth-only", f"/u:{user}", f"/p:{password}", *options)

    @contextlib.contextmanager
    def serve(self, accounts, *options, address="127.0.0.1"):
        """Runs a server for accounts {user: password} of any domain; where it listens."""
        sam = os.path.join(self._home, "SAM")
        with open(sam, "w", encoding="utf-8") as file:
            for user, password in accounts.items():
                file.write(f"{user}:::{nt_hash(password)}:::\n")
        port = free_port()
        with self._start("freerdp-shadow-cli", f"/port:{port}", f"/bind-address:{address}",
                         "/sec:nla", f"/sam-file:{sam}", *options) as program:
            program.wait_until(lambda: listens(port, address, program.pid), "it listens")
            yield f"{address}:{port}"
            if not program.running():
                raise PeerError(f"{program.name} is gone:\n{program.output()}")

    def _run(self, name, *options):
        with self._start(name, *options) as program:
            return program.finish(), program.output()

    def _start(self, name, *options):
        return Program([*self._inside, *_command(self._version, name), *options],
                       self._environment)


def _command(version, name):
    """How a program of FreeRDP is started; its own path comes last, None when it is not there."""
    if version == 2:
        return [shutil.which(name)]
    folder = tree.path("trixie")
    loaders = glob.glob(f"{folder}/usr/lib/*/ld-linux*")
    if not loaders:
        return [None]
    libraries = os.path.dirname(loaders[0])
    return [loaders[0], "--library-path", f"{libraries}:{libraries}/pulseaudio",
            f"{folder}/usr/bin/{name}3"]
