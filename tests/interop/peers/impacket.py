"""impacket's rdp_check.py, a client that tries an account at an RDP server: CredSSP version 2 with
bare NTLM."""

import os
import sys

from peers.program import Program

GRANTED = "Access Granted"
_SCRIPT = "/usr/share/doc/python3-impacket/examples/rdp_check.py"
# The script knows port 3389 only, which may be taken.
_RUN = """
import runpy, socket, sys
port = int(sys.argv.pop(1))
connect = socket.socket.connect
socket.socket.connect = lambda self, address: connect(self, (address[0], port))
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def missing():
    """What is not there, in words, or ""."""
    return "" if os.path.exists(_SCRIPT) else "rdp_check.py (package python3-impacket)"


def rdp_check(address, user, domain, password):
    """What it says: GRANTED, or why not. Its exit status tells nothing."""
    host, _, port = address.partition(":")
    with Program([sys.executable, "-B", "-I", "-c", _RUN, port, _SCRIPT,
                  f"{domain}/{user}:{password}@{host}"]) as program:
        program.finish()
        return program.output()
