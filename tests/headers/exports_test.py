"""Holds the names that the library exports against the headers and exports.txt.

exports_test.py LIBRARY. Every function of the headers is exported and listed, everything listed is
exported, and nothing else is but opensspi_*. Only the last section of the list, for programs that
look names up, may name what no header declares.
"""
import pathlib
import subprocess
import sys

import inventory

LIST = pathlib.Path(__file__).resolve().parent / "exports.txt"
BY_NAME_ONLY = "# Secur32.dll"


def read_list():
    """(names that headers declare, names without a declaration)."""
    names = ([], [])
    section = 0
    for line in LIST.read_text().splitlines():
        if line.startswith(BY_NAME_ONLY):
            section = 1
        elif line and not line.startswith("#"):
            names[section].append(line)
    return names


def exported(library):
    """{name: kind} of what a program can link to."""
    output = subprocess.run(["nm", "-D", "--defined-only", "-f", "posix", library], check=True,
                            capture_output=True, text=True).stdout
    symbols = (line.split()[:2] for line in output.splitlines())
    return {name.split("@")[0]: kind for name, kind in symbols if kind != "A"}  # A: the version


def main(library):
    declared = set(inventory.read(inventory.HEADERS + ["opensspi.h"]).functions)
    listed, by_name_only = read_list()
    found = exported(library)
    windows = {name for name in declared if not name.startswith("opensspi_")}
    complaints = {
        "listed twice": {name for name in listed + by_name_only
                         if (listed + by_name_only).count(name) > 1},
        "declared, but not in exports.txt": windows - set(listed),
        "in exports.txt, but not declared": set(listed) - declared,
        "not exported": (declared | set(listed) | set(by_name_only)) - found.keys(),
        "exported, but neither declared nor listed":
            found.keys() - declared - set(listed) - set(by_name_only),
        "exported, but no function": {name for name, kind in found.items() if kind != "T"},
    }
    failures = [f"{what}: {' '.join(sorted(names))}" for what, names in complaints.items() if names]
    print("\n".join(failures))
    print(f"{len(declared)} declared, {len(found)} exported, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
