"""An X server without a screen: FreeRDP's programs need one even when nothing is shown."""

import contextlib
import os
import shutil

from peers.program import Program


def missing():
    return "" if shutil.which("Xvfb") else "Xvfb (package xvfb)"


@contextlib.contextmanager
def display():
    """The name of a display of its own, ":7"."""
    # -noreset: the server would else begin anew when its last client leaves, and turn away who
    # comes meanwhile.
    reader, writer = os.pipe()
    with os.fdopen(reader) as number:
        try:
            program = Program(["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24",
                               "-nolisten", "tcp", "-noreset"], pass_fds=[writer])
        finally:
            os.close(writer)
        with program:
            yield f":{program.wait_until(number.readline, 'it names its display').strip()}"
