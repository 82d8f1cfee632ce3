"""rdesktop 1.9, whose CredSSP is of version 2 with bare Kerberos tokens of the system's GSSAPI."""

import shutil

from peers.program import Program

CONNECTED = "Connection established using CredSSP."


def missing():
    """What is not there, in words, or ""."""
    return "" if shutil.which("rdesktop") else "rdesktop"


def connect(folder, display, address, user, password, realm):
    """The program, which logs on to `address` with the ticket of the cache that the realm's
    environment names, hands (domain, user) and password over, and ends when the server hangs up.
    It never ends when the server closes TLS earlier."""
    domain, name = user
    # It asks whether to trust the certificate.
    return Program(["bash", "-c", 'exec rdesktop "$@" <<<yes', "bash", "-u", name, "-d", domain,
                    "-p", password, address],
                   {**realm, "DISPLAY": display, "HOME": str(folder)})
