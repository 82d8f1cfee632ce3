"""Apache with mod_auth_gssapi: a page that wants Negotiate, behind gss-ntlmssp's accounts or a realm
of Kerberos."""

import contextlib
import glob
import os
import shutil

from peers import gss, kerberos
from peers.program import Program, free_port, listens

_APACHE = "/usr/sbin/apache2"
_MODULES = "/usr/lib/apache2/modules"
PAGE = "the page\n"


def missing():
    """What is not there, in words, or ""."""
    if not os.path.exists(_APACHE):
        return "apache2"
    if not glob.glob(f"{_MODULES}/mod_auth_gssapi.so"):
        return "libapache2-mod-auth-gssapi"
    return gss.missing()


@contextlib.contextmanager
def serve(folder, *accounts, realm=None):
    """Its port. `accounts` are (domain, user, password); with `realm`, the environment in which it
    finds its keytab and a KDC, it takes Kerberos alone. The program runs as root or as who runs the
    test, and its children as www-data in the first case, who must see the folder."""
    port = free_port()
    (folder / "www").mkdir()
    (folder / "www/index.html").write_text(PAGE)
    users = folder / "users"
    users.write_text("".join(":".join(account) + "\n" for account in accounts))
    modules = "".join(
        f"LoadModule {name}_module {_MODULES}/mod_{name}.so\n"
        for name in ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "headers",
                     "auth_gssapi"))
    runs_as = ""
    if os.geteuid() == 0:
        runs_as = "User www-data\nGroup www-data\n"
        folder.chmod(0o755)
        shutil.chown(users, "www-data")
    configuration = folder / "httpd.conf"
    configuration.write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog {folder}/errors\n"
        f"DefaultRuntimeDir {folder}\nListen 127.0.0.1:{port}\nServerName localhost\n{runs_as}"
        f"{modules}DocumentRoot {folder}/www\n<Location />\n AuthType GSSAPI\n AuthName test\n"
        " GssapiSSLonly Off\n GssapiAllowedMech krb5\n"
        f"{'' if realm else ' GssapiAllowedMech ntlmssp'}\n"
        " GssapiConnectionBound On\n Require valid-user\n"
        ' Header always set X-User "expr=%{REMOTE_USER}"\n</Location>\n')
    with Program([_APACHE, "-f", str(configuration), "-D", "FOREGROUND"],
                 {"NTLM_USER_FILE": str(users),
                  **(realm or kerberos.nowhere(str(folder)))}) as program:
        program.wait_until(lambda: listens(port), "it listens")
        yield port
