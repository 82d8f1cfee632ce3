"""Samba's ntlm_auth as an NTLM client, in the line protocol of its ntlmssp-client-1: "YR" asks for
the NEGOTIATE, "TT challenge" for the AUTHENTICATE (its answer begins with "AF", or "KK"), "GK" for
the session key; tokens are base64."""

import base64
import select
import shutil
import subprocess

from peers.program import SECONDS, PeerError


def missing():
    """What is not there, in words, or ""."""
    return "" if shutil.which("ntlm_auth") else "ntlm_auth (package winbind)"


class NtlmAuth:
    def __init__(self, user, domain, password):
        self.complete = False
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "ntlm_auth", "--option=log level=0",
             "--helper-protocol=ntlmssp-client-1", f"--username={user}", f"--domain={domain}",
             f"--password={password}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self._ask("SF NTLMSSP_FEATURE_SESSION_KEY NTLMSSP_FEATURE_SIGN NTLMSSP_FEATURE_SEAL", "OK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.kill()
        self._process.wait(SECONDS)
        self._process.stdout.close()

    def step(self, token):
        """The token to send."""
        line = "TT " + base64.b64encode(token).decode() if token else "YR"
        word, value = self._ask(line, "YR", "KK", "AF")
        self.complete = word != "YR"
        return base64.b64decode(value)

    def session_key(self):
        return base64.b64decode(self._ask("GK", "GK")[1])

    def _ask(self, line, *expected):
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], SECONDS)[0]:
            raise PeerError("ntlm_auth does not answer")
        answer = self._process.stdout.readline().decode().split()
        if not answer or answer[0] not in expected:
            raise PeerError(f"ntlm_auth answers {answer[:1]} instead of {expected}")
        return answer[0], answer[1] if len(answer) > 1 else ""
