"""Heimdal's KDC of one realm on a port of the loopback, everything of it in one folder, and its own
kinit and GSSAPI (in a process of its own: MIT's has the same names). Its programs are in the tree
that `prepare` makes, and run with the tree's libraries before the system's."""

import contextlib
import glob
import os
import subprocess

from peers import tree
from peers.program import SECONDS, PeerError, Program, free_port

REALM = "HEIM.TEST"
_TREE = tree.path("heimdal")
_PROGRAMS = {"kdc": "usr/lib/heimdal-servers/kdc", "kadmin": "usr/bin/kadmin.heimdal",
             "kinit": "usr/bin/kinit.heimdal"}


def missing():
    """What is not there, in words, or ""."""
    absent = [name for name, path in _PROGRAMS.items() if not os.path.exists(f"{_TREE}/{path}")]
    return f"Heimdal ({', '.join(absent)})" if absent else ""


def libraries():
    return glob.glob(f"{_TREE}/usr/lib/*-linux-*")[0]


class HeimdalKdc:
    """`environment` is what a client that uses MIT's library needs to find it, and nothing else;
    `their_environment` the same for Heimdal's."""

    def __init__(self, folder):
        self._folder = folder
        self._port = free_port()
        self.configure()
        files = {"KRB5CCNAME": f"FILE:{folder}/cc", "KRB5_KTNAME": f"FILE:{folder}/keytab"}
        self.environment = {"KRB5_CONFIG": str(folder / "krb5.conf"), **files}
        self.their_environment = {"KRB5_CONFIG": str(folder / "heimdal.conf"),
                                  "LD_LIBRARY_PATH": libraries(), **files}
        self._kadmin("init --realm-max-ticket-life=unlimited "
                     f"--realm-max-renewable-life=unlimited {REALM}")

    def configure(self, mit="", heimdal=""):
        """Writes the configurations of both libraries, with more in [libdefaults]."""
        both = (f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n"
                " dns_lookup_realm = false\n dns_canonicalize_hostname = false\n rdns = false\n"
                " udp_preference_limit = 1\n")
        of_realm = (f"[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{self._port}\n }}\n"
                    f"[domain_realm]\n localhost = {REALM}\n")
        folder = self._folder
        (folder / "krb5.conf").write_text(f"{both} {mit}\n{of_realm}")
        (folder / "heimdal.conf").write_text(
            f"{both} {heimdal}\n{of_realm}"
            f"[kdc]\n database = {{\n  dbname = {folder}/heimdal\n  realm = {REALM}\n"
            f"  mkey_file = {folder}/mkey\n  log_file = {folder}/hdb.log\n }}\n"
            f" ports = {self._port}\n addresses = 127.0.0.1\n enable-http = no\n"
            f"[hdb]\n db-dir = {folder}\n[logging]\n kdc = FILE:{folder}/kdc.log\n"
            f" default = FILE:{folder}/library.log\n")

    def add_user(self, name, password):
        self._kadmin(f"add --use-defaults -p {password} {name}")

    def add_service(self, name):
        """With keys in the keytab."""
        self._kadmin(f"add --use-defaults -r {name}")
        self._kadmin(f"ext_keytab -k {self._folder}/keytab {name}")

    @contextlib.contextmanager
    def serve(self):
        """Runs the KDC."""
        with Program([f"{_TREE}/{_PROGRAMS['kdc']}", f"--config-file={self._folder}/heimdal.conf",
                      "--addresses=127.0.0.1", f"--ports={self._port}"],
                     self.their_environment) as program:
            program.wait_until(self._answers, "it listens")
            yield

    def kinit(self, user, password):
        """Heimdal's own kinit; whether the KDC gave a ticket."""
        return self._run("kinit", "--password-file=STDIN", f"{user}@{REALM}",
                         text_in=password + "\n").returncode == 0

    def _answers(self):
        return subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{self._port}"],
                              check=False, capture_output=True).returncode == 0

    def _kadmin(self, command):
        ended = self._run("kadmin", "-l", "-c", self._folder / "heimdal.conf", *command.split())
        if ended.returncode != 0:
            raise PeerError(f"kadmin {command}: {ended.stdout}\n{ended.stderr}")

    def _run(self, name, *arguments, text_in=""):
        return subprocess.run([f"{_TREE}/{_PROGRAMS[name]}", *map(str, arguments)], input=text_in,
                              text=True, capture_output=True, check=False, timeout=SECONDS,
                              env={**os.environ, **self.their_environment})
