"""curl with --negotiate: GSSAPI's SPNEGO, which has NTLM where gss-ntlmssp is installed."""

import os
import shutil
import subprocess

from peers import gss, kerberos
from peers.program import SECONDS


def missing():
    """What is not there, in words, or ""."""
    return gss.missing() if shutil.which("curl") else "curl"


def get(folder, url, domain, user, password):
    """The status and the body, with NTLM."""
    users = folder / "curl-user"
    users.write_text(f"{domain}:{user}:{password}\n")
    return _get(url, f"{user}:", {"NTLM_USER_FILE": str(users), **kerberos.nowhere(str(folder))})


def get_with_ticket(url, realm):
    """The same with the ticket of the cache that the realm's environment names."""
    return _get(url, ":", realm)


def _get(url, user, environment):
    ended = subprocess.run(
        ["curl", "--silent", "--show-error", "--negotiate", "--user", user,
         "--write-out", "\n%{http_code}", url],
        text=True, capture_output=True, check=True, timeout=SECONDS,
        env={**os.environ, **environment})
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body
