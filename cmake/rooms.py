#!/usr/bin/env python3
"""Fails when an include breaks the table of rooms: cmake/rooms.py [ROOT].

Which room may include which is read from src/CMakeLists.txt: a room sees itself and the rooms in
its USES, not what those use in turn. The rest of the rules is the data below.
"""

import pathlib
import re
import sys

# Of these rooms only these headers, by (who, whose).
NARROW = {
    ("sspi", "tls"): {"tls/connection_info.h", "tls/record.h"},  # value types only
    ("sspi", "x509"): {"x509/certificate.h"},
    ("authority", "ntlm"): {"ntlm/keys.h"},
}

# Headers through which OpenSSL shows: for the rooms that are built on it.
OPENSSL_ROOMS = {"crypto", "x509", "tls"}
OPENSSL_SHOWS = re.compile(r"crypto/openssl\.h|(x509|tls)/native\.h|x509/remote_key\.h")

# Headers of outside libraries, and the rooms in whose .cpp files each library stops.
OUTSIDE = [
    (re.compile(r"utf8cpp/|utf8"), {"base"}),
    (re.compile(r"nettle/"), {"crypto"}),
    (re.compile(r"openssl/"), OPENSSL_ROOMS),
    (re.compile(r"toml"), {"policy"}),
    (re.compile(r"krb5|gssapi|com_err|profile\.h"), {"kerberos"}),
    (re.compile(r"keyutils"), {"logon"}),
    (re.compile(r"sqlite3|wbclient"), {"authority"}),
    (re.compile(r"p11-kit/"), {"smartcard"}),
    (re.compile(r"sys/(socket|un)\.h|netdb\.h|netinet/|arpa/|net/|resolv\.h"), {"authority"}),
    (re.compile(r"asio|CLI/|nlohmann/|unicode/|zlib"), set()),
]

# The operating system, and the rooms that never see it: a protocol is a function of its input.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|net|linux)/|"
    r"(unistd|fcntl|pwd|grp|netdb|poll|signal|time|dlfcn|pthread|syslog)\.h|(ctime|csignal)$")
PURE = {"asn1", "sspi", "ntlm", "kerberos", "negotiate", "schannel", "credssp"}

# Folders that know the public headers only, as any program does.
OUTSIDERS = ("apps", "examples", "tests/abi", "tests/interop", "tests/headers", "include")

INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCES = {".h", ".hpp", ".c", ".cpp", ".inc"}


def declared_rooms(text):
    """Each room's USES, in the order of declaration."""
    rooms = {}
    for arguments in re.findall(r"^opensspi_room\(([^)]*)\)", text, re.MULTILINE):
        words = arguments.split()
        uses = words[words.index("USES") + 1 :] if "USES" in words else []
        if "LIBRARIES" in uses:
            uses = uses[: uses.index("LIBRARIES")]
        rooms[words[0]] = set(uses)
    return rooms


def includes(path):
    """(line number, quoted or not, name) of each include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


class Checker:
    def __init__(self, root):
        self.root = root
        self.rooms = declared_rooms((root / "src/CMakeLists.txt").read_text(encoding="utf-8"))
        public = root / "include/opensspi"
        self.public = {path.name for path in public.glob("*")} if public.is_dir() else set()
        self.findings = []

    def find(self, path, number, what):
        self.findings.append(f"{path.relative_to(self.root)}:{number}: {what}")

    def is_public(self, name):
        return name in self.public or name.startswith("opensspi/")

    def check_declarations(self):
        known = set()
        for room, uses in self.rooms.items():
            for used in sorted(uses - known):
                self.find(self.root / "src/CMakeLists.txt", 1,
                          f"{room} uses {used}, which is not declared before it")
            known.add(room)
        for folder in sorted((self.root / "src").iterdir()):
            if folder.is_dir() and folder.name not in self.rooms:
                self.find(folder, 1, "is not declared as a room")

    def room_to_room(self, room, name):
        """Why `room` may not include this header of a room; nothing when it may."""
        other = name.split("/")[0]
        if other != room and other != "base" and other not in self.rooms[room]:
            return f"{room} may not include {other} ({name})"
        if name not in NARROW.get((room, other), {name}):
            return f"of {other}, {room} may include only {', '.join(sorted(NARROW[room, other]))}"
        if OPENSSL_SHOWS.fullmatch(name) and room not in OPENSSL_ROOMS:
            return f"{name} shows OpenSSL, which {room} may not see"
        return None

    def room_to_outside(self, room, path, name):
        for pattern, allowed in OUTSIDE:
            if not pattern.match(name):
                continue
            if room not in allowed:
                return f"{room} may not include <{name}>"
            if path.suffix != ".cpp" and not OPENSSL_SHOWS.fullmatch(f"{room}/{path.name}"):
                return f"<{name}> stops in the .cpp files of {room}"
        if room in PURE and SYSTEM.match(name):
            return f"{room} does not see the operating system (<{name}>)"
        return None

    def check_room_file(self, room, path):
        for number, is_quoted, name in includes(path):
            if name.split("/")[0] in self.rooms:
                why = self.room_to_room(room, name)
            elif is_quoted or self.is_public(name):
                # Names without a folder are the public headers'; a room's have the room before.
                is_taken_for_public = "/" not in name or self.is_public(name)
                is_allowed = is_taken_for_public and room == "abi"
                why = None if is_allowed else f"{name} is no header that {room} may include"
            else:
                why = self.room_to_outside(room, path, name)
            if why:
                self.find(path, number, why)

    def sees_rooms(self, path, seen):
        """The first include by which this file, or a file beside the tests, reaches a room."""
        seen.add(path)
        for number, _, name in includes(path):
            is_beside = (path.parent / name).is_file()  # the compiler looks there first
            if (self.root / "src" / name).is_file() and not is_beside and not self.is_public(name):
                return number, name
            for folder in (path.parent, self.root / "tests"):
                beside = (folder / name).resolve()
                if beside.is_file() and beside not in seen and self.sees_rooms(beside, seen):
                    return number, name
        return None

    def check(self):
        self.check_declarations()
        for room in self.rooms:
            for path in sorted((self.root / "src" / room).rglob("*")):
                if path.suffix in SOURCES:
                    self.check_room_file(room, path)
        for folder in OUTSIDERS:
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in SOURCES and (reached := self.sees_rooms(path.resolve(), set())):
                    self.find(path, reached[0], f"{folder} may not include src/ ({reached[1]})")
        return self.findings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = Checker(root).check()
    for finding in findings:
        print(finding, file=sys.stderr)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
