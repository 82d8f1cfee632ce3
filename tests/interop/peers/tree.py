"""Where `prepare` puts the peers that are not installed."""

import os


def path(name):
    """The tree "trixie" or "heimdal", whether or not it is there."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(os.environ.get("OPENSSPI_PEERS") or f"{cache}/opensspi/peers", name)
