"""Heimdal's KCM, the service that keeps Kerberos caches. Its socket has a fixed place in /run, so it
runs with a /run of its own: nothing of the system's is touched, nor in its way."""

import contextlib
import os
import shutil

from peers.program import Program


def missing():
    """What is not there, in words, or ""."""
    if not shutil.which("kcm", path=os.environ.get("PATH", "") + ":/usr/sbin"):
        return "heimdal-kcm"
    return "" if os.geteuid() == 0 else "root, for a /run of KCM's own"


@contextlib.contextmanager
def serve(krb5_conf):
    """Runs it; gives the program and the path of its socket."""
    with Program(["unshare", "--mount", "sh", "-c",
                  'mount -t tmpfs none /run && exec /usr/sbin/kcm -c "$0"',
                  str(krb5_conf)]) as program:
        socket = f"/proc/{program.pid}/root/run/.heim_org.h5l.kcm-socket"
        # As long as it has not a /run of its own, the path is the system's.
        program.wait_until(lambda: _has_own_run(program.pid) and os.path.exists(socket),
                           "it listens")
        yield program, socket


def _has_own_run(pid):
    return os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt") and \
        os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "kcm"
