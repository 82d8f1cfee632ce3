"""A client and a server in this process, on a machine of a domain: the client hands its tickets over,
the server acts as it and goes on in its name. What it saw is printed as JSON.
second_hop.py USER SPN; the password is on standard input. KRB5CCNAME names the client's cache."""

import json
import os
import subprocess
import sys

from support import sspi
from support.handshake import shake_hands

FLAGS = sspi.SEAL | sspi.DELEGATE


def main(user, target):
    subprocess.run(["kinit", "-f", user], stdin=sys.stdin, stdout=subprocess.DEVNULL, check=True)
    with sspi.initiator("Negotiate", None, "", "", flags=FLAGS, target=target) as client, \
            sspi.acceptor("Negotiate", flags=sspi.DELEGATE) as server:
        if not shake_hands(client, server):
            raise SystemExit(f"{client.failure} {server.failure}")
        subprocess.run(["kdestroy", "-q"], check=True)
        with server.impersonating():
            seen = {"uid": os.geteuid(), "name": name_of_default(), "token": len(token_for(target))}
        seen["process"] = name_of_default()
        print(json.dumps(seen))


def name_of_default():
    try:
        with sspi.Credential("Kerberos") as credential:
            return credential.name()
    except sspi.SspiError as error:
        return error.status


def token_for(target):
    with sspi.initiator("Negotiate", None, "", "", flags=FLAGS, target=target) as client:
        return client.step(b"")


if __name__ == "__main__":
    main(*sys.argv[1:])
