"""What every interop test file needs: a peer that must be there, a folder, and an end that ctest
understands."""

import os
import pathlib
import sys
import tempfile
import unittest

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def require(missing):
    """Skips the test when a peer is missing (in words); with CI=true that fails it."""
    if not missing:
        return
    if os.environ.get("CI") == "true":
        raise AssertionError(f"missing: {missing}; run tools/setup peers and peers/prepare")
    raise unittest.SkipTest(f"missing: {missing}")


def folder(case):
    """A folder that lives as long as the test, or with a class as long as all its tests."""
    add_cleanup = case.addClassCleanup if isinstance(case, type) else case.addCleanup
    temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    add_cleanup(temporary.cleanup)
    return pathlib.Path(temporary.name)


def main():
    """Ends with SKIPPED when no test of the file could run."""
    result = unittest.main(verbosity=2, exit=False).result
    skipped = sum(isinstance(test, unittest.TestCase) for test, _ in result.skipped)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped and result.testsRun == skipped else 0)
