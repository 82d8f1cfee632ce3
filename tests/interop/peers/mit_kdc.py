"""An MIT KDC of one realm on a port of the loopback, everything of it in one folder, the server that
changes its passwords (kadmind), and MIT's own programs as its clients: kinit, klist, kdestroy."""

import contextlib
import os
import re
import shutil
import subprocess
from datetime import datetime

from peers.program import SECONDS, PeerError, Program, free_port, listens

REALM = "EXAMPLE.TEST"
_SBIN = "/usr/sbin:/sbin"


def missing():
    """What is not there, in words, or ""."""
    path = os.environ.get("PATH", "") + ":" + _SBIN
    programs = ("krb5kdc", "kadmind", "kdb5_util", "kadmin.local", "kinit", "klist", "kdestroy")
    return ", ".join(name for name in programs if not shutil.which(name, path=path))


class MitKdc:
    """`environment` is what a client of the realm needs to find it, and nothing else; `address`
    where it listens. `more_of_realm` is the KDC's, as kdc.conf(5) has it."""

    def __init__(self, folder, more_of_libdefaults="", more_of_realm=""):
        self._folder = folder
        self.port, self.password_port = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.environment = {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5CCNAME": f"FILE:{folder}/cc", "KRB5_KTNAME": f"FILE:{folder}/keytab",
            "LC_ALL": "C", "PATH": os.environ.get("PATH", "") + ":" + _SBIN}
        self._kdc_environment = {**self.environment, "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
        self.configure(more_of_libdefaults)
        # The KDC's own stays as it is: it would read the clients' again, when a second has passed.
        shutil.copy(folder / "krb5.conf", folder / "of_kdc.conf")
        (folder / "kdc.conf").write_text(
            f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{self.port}\n"
            f"kdc_tcp_listen = 127.0.0.1:{self.port}\n"
            f"[realms]\n{REALM} = {{\n database_name = {folder}/principal\n"
            f" kadmind_listen = 127.0.0.1:{free_port()}\n"
            f" kpasswd_listen = 127.0.0.1:{self.password_port}\n acl_file = {folder}/acl\n"
            f" key_stash_file = {folder}/stash\n max_life = 10h\n"
            f" supported_enctypes = aes256-cts-hmac-sha1-96:normal\n{more_of_realm}\n}}\n"
            f"[logging]\nkdc = FILE:{folder}/kdc.log\n")
        self._run("kdb5_util", "create", "-r", REALM, "-s", "-P", "master")

    def configure(self, more_of_libdefaults, port=None, servers=None):
        """Writes the clients' krb5.conf; `port` leads them to where the KDC is not, and `servers` are
        other lines of the realm."""
        if servers is None:
            servers = (f" kdc = 127.0.0.1:{port or self.port}\n"
                       f" kpasswd_server = 127.0.0.1:{self.password_port}\n")
        (self._folder / "krb5.conf").write_text(
            f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_kdc = false\n"
            f"dns_lookup_realm = false\ndns_canonicalize_hostname = false\nrdns = false\n"
            f"udp_preference_limit = 1\n{more_of_libdefaults}\n"
            f"[realms]\n{REALM} = {{\n{servers}}}\n"
            f"[domain_realm]\nexample.test = {REALM}\n")

    def add_user(self, name, password):
        self._run("kadmin.local", "-r", REALM, "addprinc", "-pw", password, name)

    def add_service(self, *names, enctype=None):
        """With keys in the keytab that the environment names, of one type when it is named."""
        kind = ["-e", f"{enctype}:normal"] if enctype else []
        for name in names:
            self._run("kadmin.local", "-r", REALM, "addprinc", "-randkey", *kind, name)
        self._run("kadmin.local", "-r", REALM, "ktadd", *kind, "-k", self._folder / "keytab",
                  *names)

    def modify(self, name, *options):
        """As kadmin's modprinc."""
        self._run("kadmin.local", "-r", REALM, "modprinc", *options, name)

    def add_rules(self, name, *options):
        """Rules for passwords, which modify gives a user with -policy."""
        self._run("kadmin.local", "-r", REALM, "addpol", *options, name)

    @contextlib.contextmanager
    def requests(self):
        """The lines of the KDC's log that are written meanwhile, in a list, filled at the end."""
        log = self._folder / "kdc.log"
        before = len(log.read_text().splitlines()) if log.exists() else 0
        lines = []
        yield lines
        lines += log.read_text().splitlines()[before:]

    @contextlib.contextmanager
    def serve(self):
        """Runs the KDC."""
        with Program(["krb5kdc", "-n", "-r", REALM, "-P", str(self._folder / "pid")],
                     {**self._kdc_environment,
                      "KRB5_CONFIG": str(self._folder / "of_kdc.conf")}) as program:
            program.wait_until(lambda: listens(self.port), "it listens")
            yield

    @contextlib.contextmanager
    def serve_passwords(self):
        """Runs kadmind, for kpasswd's protocol."""
        (self._folder / "acl").touch()
        with Program(["kadmind", "-nofork", "-r", REALM, "-P", str(self._folder / "kadmind.pid")],
                     {**self._kdc_environment,
                      "KRB5_CONFIG": str(self._folder / "of_kdc.conf")}) as program:
            program.wait_until(lambda: listens(self.password_port), "it listens")
            yield

    def kinit(self, user, password, cache=None, *options):
        """Whether the KDC gave a ticket."""
        into = ["-c", cache] if cache else []
        return self._try("kinit", *into, *options, f"{user}@{REALM}",
                         text_in=password + "\n").returncode == 0

    def klist(self, cache=None):
        """(principal, end of the ticket-granting ticket in local time) of one cache."""
        output = self._run("klist", *(["-c", cache] if cache else []))
        principal = re.search(r"^Default principal: (\S+)$", output, re.MULTILINE)[1]
        end = re.search(rf"^\S+ \S+  (\S+ \S+)  krbtgt/{REALM}@{REALM}$", output, re.MULTILINE)[1]
        return principal, datetime.strptime(end, "%m/%d/%y %H:%M:%S")

    def kvno(self, service):
        """Gets a ticket for it into the cache."""
        self._run("kvno", "-q", f"{service}@{REALM}")

    @contextlib.contextmanager
    def as_who_has(self, cache):
        """Meanwhile this process finds these tickets."""
        before = os.environ["KRB5CCNAME"]
        os.environ["KRB5CCNAME"] = cache
        yield
        os.environ["KRB5CCNAME"] = before

    def kdestroy(self, cache=None):
        """One cache, or all of the collection that the environment names."""
        self._run("kdestroy", "-q", *(["-c", cache] if cache else ["-A"]))

    def kswitch(self, user):
        self._run("kswitch", "-p", f"{user}@{REALM}")

    def _try(self, *arguments, text_in=""):
        return subprocess.run([str(argument) for argument in arguments], input=text_in, text=True,
                              capture_output=True, timeout=SECONDS, check=False,
                              env={**os.environ, **self._kdc_environment,
                                   "KRB5CCNAME": os.environ.get("KRB5CCNAME",
                                                                self.environment["KRB5CCNAME"])})

    def _run(self, *arguments):
        ended = self._try(*arguments)
        if ended.returncode != 0:
            raise PeerError(f"{arguments} ended with {ended.returncode}:\n{ended.stdout}\n"
                            f"{ended.stderr}")
        return ended.stdout
