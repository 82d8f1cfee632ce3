"""Where `prepare` puts what this release of Debian has not."""

import os


def trixie():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(os.environ.get("OPENSSPI_PEERS") or f"{cache}/opensspi/peers", "trixie")
