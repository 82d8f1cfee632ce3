"""Wireshark's tshark, which reads a capture with the TLS secrets and judges what it finds there."""

import os
import shutil
import subprocess

from peers.program import SECONDS, PeerError

_SEPARATOR = "\x1f"  # between values of one field


def missing():
    """What is not there, in words, or ""."""
    return "" if shutil.which("tshark") else "tshark"


def read(capture, key_log, fields, password="", show="", keytab=None):
    """What a capture of a connection to port 3389 holds: for each packet that the display filter
    shows, {field: its values as text}. NTLM is checked with the user's password, Kerberos opened
    with a keytab and the keys that are found thereby."""
    options = ["-r", str(capture), "-o", f"tls.keylog_file:{key_log}",
               "-o", f"ntlmssp.nt_password:{password}", "-d", "tcp.port==3389,tls",
               "-T", "fields", "-E", f"aggregator={_SEPARATOR}", "-E", "occurrence=a"]
    if keytab:
        options += ["-K", str(keytab), "-o", "kerberos.decrypt:TRUE"]
    for field in fields:
        options += ["-e", field]
    done = subprocess.run(["tshark", "-n", *options, *(["-Y", show] if show else [])],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                          env={**os.environ, "HOME": str(capture.parent), "LC_ALL": "C.UTF-8",
                               "XDG_CONFIG_HOME": str(capture.parent)})
    if done.returncode != 0:
        raise PeerError(f"tshark ended with {done.returncode}: {done.stderr.decode()}")
    packets = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return [{field: value.split(_SEPARATOR) if value else []
             for field, value in zip(fields, packet)} for packet in packets]
