"""An Active Directory of one Samba controller and one member, a machine that has joined it and runs
winbindd. Samba's programs have fixed places, so each machine has mounts of its own over them, and
both share a network of their own: nothing of the system's is touched, nor in its way."""

import contextlib
import os
import shutil
import subprocess

from peers.program import SECONDS, PeerError, Program, wait_until

REALM, DOMAIN = "AD.EXAMPLE.TEST", "ADEX"
CONTROLLER, MEMBER = "DC1", "SRV1"
_ADMINISTRATOR = "Adm1n-Passw0rd!"
_CONTROLLER_AT, MEMBER_AT = "10.57.0.1", "10.57.0.2"
_DNS = REALM.lower()
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

# Lets Samba's own library write into its database, which takes a fifth of a second once instead of
# for each user.
_ADD_USERS = """
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
settings = LoadParm()
settings.load("/etc/samba/smb.conf")
accounts = SamDB(lp=settings, session_info=system_session())
for name, password, state in (line.split("\\t") for line in sys.stdin.read().splitlines()):
    accounts.newuser(name, password, force_password_change_at_next_login_req=state == "must change")
    if state == "disabled":
        accounts.disable_account(f"(samAccountName={name})")
"""


def missing():
    """What is not there, in words, or ""."""
    programs = ("samba", "samba-tool", "winbindd", "net", "wbinfo", "kinit", "ip", "nsenter",
                "unshare")
    absent = [name for name in programs if not shutil.which(name, path=_PATH)]
    if absent:
        return ", ".join(absent)
    return "" if os.geteuid() == 0 else "root, for a network of the domain's own"


def known_leaks(folder):
    """The environment of our programs on a member: libnss_winbind leaks eight bytes for each name.
    Keeps a file in the folder."""
    path = folder / "leaks"
    path.write_text("leak:libnss_winbind\n")
    return {"LSAN_OPTIONS": f"suppressions={path}:print_suppressions=0"}


class _Machine:
    """The folders of one machine and the mounts that put them where Samba looks. `network` enters a
    network that is there, else the machine makes one."""

    def __init__(self, folder, krb5_conf, settings, network=()):
        self.folder = folder
        self._network = network
        self._krb5_conf = krb5_conf
        self._program = None
        for name in ("etc", "lib/private", "lib/sysvol", "cache", "run/ncalrpc", "log"):
            (folder / name).mkdir(parents=True)
        privileged = folder / "lib/winbindd_privileged"
        privileged.mkdir(mode=0o750)
        shutil.chown(privileged, group="winbindd_priv")
        for path in (folder, *folder.rglob("*")):
            if path != privileged:
                path.chmod(0o755)
        (folder / "etc/smb.conf").write_text(f"[global]\n{settings}")

    def arguments(self, *command):
        """Of a program that runs on a machine whose main program does not."""
        mounts = [("etc", "/etc/samba"), ("lib", "/var/lib/samba"), ("cache", "/var/cache/samba"),
                  ("run", "/run/samba"), ("log", "/var/log/samba")]
        script = "set -e; mkdir -p /run/samba; touch /etc/krb5.conf; "
        script += "".join(f"mount --bind '{self.folder}/{name}' {over}; " for name, over in mounts)
        folder = self._krb5_conf.parent
        for name in ("krb5.conf", "hosts", "resolv.conf"):
            script += f"mount --bind '{folder}/{name}' /etc/{name}; "
        script += 'exec "$@"'
        return [*self._network, "unshare", "--mount", "sh", "-c", script, "sh", *command]

    def run(self, *command, text_in=""):
        """Before `start`."""
        return _run(self.arguments(*command), text_in)

    def start(self, *command):
        self._program = Program(self.arguments(*command), {"PATH": _PATH})
        return self._program

    def stop(self):
        if self._program is not None:
            self._program.stop()

    def inside(self):
        """What to put before a program's arguments to run it on this machine."""
        return ["nsenter", "-t", str(self._program.pid), "-n", "-m", "-r", "--"]


class Domain:
    """`users` are (name, password, state): "", "disabled" or "must change"."""

    def __init__(self, folder, users):
        self._network = Program(["unshare", "--net", "sh", "-c",
                                 "ip link set lo up; "
                                 f"ip addr add {_CONTROLLER_AT}/24 dev lo; "
                                 f"ip addr add {MEMBER_AT}/24 dev lo; "
                                 "echo up; exec sleep infinity"], {"PATH": _PATH})
        self._network.wait_until(lambda: "up" in self._network.output(), "it has a network")
        network = ["nsenter", "-t", str(self._network.pid), "-n", "--"]
        krb5_conf = _write_names(folder)
        self.controller = _Machine(folder / "controller", krb5_conf, "", network)
        self._provision(users)
        self.member = _Machine(folder / "member", krb5_conf, _MEMBER_SETTINGS, network)

    def close(self):
        self.member.stop()
        self.controller.stop()
        self._network.stop()

    def _provision(self, users):
        settings = self.controller.folder / "etc/smb.conf"
        settings.unlink()
        self.controller.run(
            "samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN}",
            "--server-role=dc", f"--host-name={CONTROLLER.lower()}", f"--host-ip={_CONTROLLER_AT}",
            f"--adminpass={_ADMINISTRATOR}", "--dns-backend=SAMBA_INTERNAL",
            f"--option=interfaces={_CONTROLLER_AT}/24", "--option=bind interfaces only=yes")
        settings.write_text(f"[global]\n{_CONTROLLER_SETTINGS}")
        self.controller.run("/usr/bin/python3", "-c", _ADD_USERS,
                             text_in="".join("\t".join(user) + "\n" for user in users))

    def start_controller(self):
        program = self.controller.start("samba", "--foreground", "--no-process-group")
        program.wait_until(lambda: self._answers(445) and self._answers(88) and self._answers(389),
                           "the controller answers")

    def stop_controller(self):
        self.controller.stop()

    def join(self):
        """The member joins the domain and runs winbindd."""
        self.member.run("net", "ads", "join", "-U", f"Administrator%{_ADMINISTRATOR}",
                        "--no-dns-updates")
        self.member.run("net", "ads", "keytab", "create", "-P")
        _run([*self.controller.inside(), "samba-tool", "spn", "add", "TERMSRV/localhost",
              f"{MEMBER}$"], "")
        self.member.start("winbindd", "--foreground", "--no-process-group")
        self.wait_for_domain()

    def add_service(self, name, machine=MEMBER):
        """Another name (SPN) of a machine's account."""
        self._on_controller("samba-tool", "spn", "add", name, f"{machine}$")

    def kinit(self, user, password, environment):
        """Gets a ticket into the cache that the environment names."""
        _run([*self.controller.inside(), "kinit", f"{user}@{REALM}"], f"{password}\n", environment)

    def export_keytab(self, path, account):
        """The keys of an account, under its name as it is written here."""
        self._on_controller("samba-tool", "domain", "exportkeytab", str(path),
                            f"--principal={account}")

    def _on_controller(self, *command):
        _run([*self.controller.inside(), *command], "")

    def wait_for_domain(self):
        """Until winbindd reaches the controller."""
        wait_until(lambda: _ends_well([*self.member.inside(), "wbinfo", "--ping-dc"]),
                   "winbindd reaches the controller")

    def trust_member(self):
        """Clients may hand it their tickets."""
        _run([*self.controller.inside(), "samba-tool", "delegation", "for-any-service",
              f"{MEMBER}$", "on"], "")

    def wbinfo(self, *arguments):
        """What winbindd says on the member."""
        return _run([*self.member.inside(), "wbinfo", *arguments], "")

    def _answers(self, port):
        return _ends_well(["nsenter", "-t", str(self._network.pid), "-n", "--", "bash", "-c",
                           f"exec 3<>/dev/tcp/{_CONTROLLER_AT}/{port}"])


@contextlib.contextmanager
def domain(folder, users, with_member=True):
    """A running domain, whose member has joined it and runs winbindd."""
    made = Domain(folder, users)
    try:
        made.start_controller()
        if with_member:
            made.join()
        yield made
    finally:
        made.close()


def _write_names(folder):
    folder.chmod(0o755)  # winbindd's children give up root
    (folder / "resolv.conf").write_text(f"search {_DNS}\nnameserver {_CONTROLLER_AT}\n")
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{_CONTROLLER_AT} dc1.{_DNS} dc1\n"
                                  f"{MEMBER_AT} srv1.{_DNS} srv1\n")
    krb5_conf = folder / "krb5.conf"
    krb5_conf.write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_realm = false\n"
        "dns_lookup_kdc = false\nrdns = false\ndns_canonicalize_hostname = false\n"
        f"udp_preference_limit = 1\n[realms]\n{REALM} = {{\n kdc = {_CONTROLLER_AT}:88\n"
        f" kpasswd_server = {_CONTROLLER_AT}:464\n}}\n"
        f"[domain_realm]\n.{_DNS} = {REALM}\n{_DNS} = {REALM}\n")
    return krb5_conf


def _call(arguments, text_in="", environment=None):
    return subprocess.run(arguments, input=text_in, text=True, capture_output=True, check=False,
                          timeout=2 * SECONDS,
                          env={**os.environ, **(environment or {}), "PATH": _PATH, "LC_ALL": "C"})


def _run(arguments, text_in, environment=None):
    ended = _call(arguments, text_in, environment)
    if ended.returncode != 0:
        raise PeerError(f"{arguments[-4:]} ended with {ended.returncode}:\n{ended.stdout}\n"
                        f"{ended.stderr}")
    return ended.stdout


def _ends_well(arguments):
    return _call(arguments).returncode == 0


_BOTH = f""" realm = {REALM}
 workgroup = {DOMAIN}
 bind interfaces only = yes
 disable netbios = yes
 max log size = 0
"""

# What would reach outside, or is not needed, is off.
_CONTROLLER_SETTINGS = _BOTH + f""" netbios name = {CONTROLLER}
 server role = active directory domain controller
 server services = s3fs, rpc, ldap, cldap, kdc, winbindd, dns
 interfaces = {_CONTROLLER_AT}/24
 smb ports = 445
 ntlm auth = ntlmv2-only
 dns update command = /bin/true
 spn update command = /bin/true
 samba kcc command = /bin/true
 gpo update command = /bin/true
 allow dns updates = disabled
 load printers = no
 printing = bsd
 printcap name = /dev/null
 prefork children = 1
[sysvol]
 path = /var/lib/samba/sysvol
[netlogon]
 path = /var/lib/samba/sysvol/{_DNS}/scripts
"""

_MEMBER_SETTINGS = _BOTH + f""" netbios name = {MEMBER}
 security = ads
 interfaces = {MEMBER_AT}/24
 idmap config * : backend = tdb
 idmap config * : range = 100000-199999
 idmap config {DOMAIN} : backend = rid
 idmap config {DOMAIN} : range = 200000-299999
 winbind use default domain = no
 kerberos method = dedicated keytab
 dedicated keytab file = /var/lib/samba/keytab
 winbind offline logon = no
"""
