#!/usr/bin/env python3
"""Each rule of rooms.py, broken once in a small tree."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import rooms  # noqa: E402

ROOMS = """
opensspi_room(base)
opensspi_room(asn1 USES base)
opensspi_room(crypto USES base LIBRARIES OpenSSL::Crypto)
opensspi_room(x509 USES base crypto)
opensspi_room(tls USES base crypto
              x509 LIBRARIES OpenSSL::SSL)
opensspi_room(sspi USES base tls)
opensspi_room(ntlm USES base crypto sspi)
opensspi_room(authority USES ntlm)
opensspi_room(abi USES base sspi)
"""


class Rooms(unittest.TestCase):
    def findings(self, files, declarations=ROOMS):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            tree = {"src/CMakeLists.txt": declarations, "src/base/bytes.h": "",
                    "include/opensspi/sspi.h": "", **files}
            for name, text in tree.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return rooms.Checker(root).check()

    def assert_taken(self, name, include):
        self.assertEqual(self.findings({name: f"#include {include}\n"}), [])

    def assert_found(self, name, include):
        found = self.findings({name: f"\n#include {include}\n"})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:2: "), found)

    def test_a_room_sees_its_uses_only(self):
        self.assert_taken("src/ntlm/client.cpp", '"crypto/rc4.h"')
        self.assert_taken("src/ntlm/client.cpp", '"ntlm/client.h"')
        self.assert_taken("src/ntlm/client.cpp", '"base/bytes.h"')
        self.assert_found("src/ntlm/client.cpp", '"asn1/der_reader.h"')
        self.assert_found("src/ntlm/client.cpp", '"tls/session.h"')  # sspi uses it, ntlm does not
        self.assert_found("src/asn1/der_reader.h", "<crypto/rc4.h>")
        self.assert_taken("src/authority/accounts.cpp", '"base/bytes.h"')  # always

    def test_some_rooms_see_a_part_only(self):
        self.assert_taken("src/authority/accounts.cpp", '"ntlm/keys.h"')
        self.assert_found("src/authority/accounts.cpp", '"ntlm/messages.h"')
        self.assert_taken("src/sspi/attribute.h", '"tls/record.h"')
        self.assert_found("src/sspi/attribute.h", '"tls/session.h"')

    def test_headers_have_their_room_before_them(self):
        self.assert_found("src/ntlm/client.cpp", '"client.h"')
        self.assert_found("src/ntlm/client.cpp", '"../base/bytes.h"')

    def test_public_headers_stop_at_the_abi(self):
        for include in ('"sspi.h"', "<sspi.h>", "<opensspi/sspi.h>"):
            self.assert_taken("src/abi/sspi.cpp", include)
            self.assert_found("src/ntlm/client.cpp", include)

    def test_libraries_stop_in_their_rooms(self):
        self.assert_taken("src/crypto/digest.cpp", "<nettle/md5.h>")
        self.assert_found("src/ntlm/keys.cpp", "<nettle/md5.h>")
        self.assert_found("src/abi/module.cpp", "<openssl/ssl.h>")
        self.assert_found("src/abi/module.cpp", "<sqlite3.h>")
        self.assert_found("src/abi/module.cpp", "<sys/socket.h>")
        self.assert_found("src/base/utf16.cpp", "<unicode/uchar.h>")

    def test_libraries_stop_in_cpp_files(self):
        self.assert_taken("src/tls/session.cpp", "<openssl/ssl.h>")
        self.assert_found("src/tls/session.h", "<openssl/ssl.h>")
        self.assert_taken("src/tls/native.h", "<openssl/ssl.h>")
        self.assert_taken("src/tls/session.cpp", '"crypto/openssl.h"')
        self.assert_found("src/ntlm/keys.cpp", '"crypto/openssl.h"')

    def test_protocols_do_not_see_the_operating_system(self):
        self.assert_taken("src/authority/accounts.cpp", "<unistd.h>")
        self.assert_found("src/ntlm/client.cpp", "<unistd.h>")
        self.assert_found("src/ntlm/client.cpp", "<sys/random.h>")
        self.assert_found("src/ntlm/client.cpp", "<ctime>")

    def test_outsiders_see_public_headers_only(self):
        for folder in ("apps/opensspi", "examples", "tests/abi", "tests/interop"):
            self.assert_taken(f"{folder}/a.cpp", "<opensspi/sspi.h>")
            self.assert_taken(f"{folder}/a.cpp", '"sspi.h"')
            self.assert_found(f"{folder}/a.cpp", '"base/bytes.h"')
        self.assert_taken("tests/unit/base/a_test.cpp", '"base/bytes.h"')
        around = {"tests/abi/a.cpp": '#include "support/b.h"\n',
                  "tests/support/b.h": '#include "base/bytes.h"\n'}
        self.assertEqual(len(self.findings(around)), 1)

    def test_rooms_are_declared_from_the_bytes_up(self):
        self.assertEqual(len(self.findings({}, "opensspi_room(base USES asn1)\n"
                                               "opensspi_room(asn1)\n")), 1)
        self.assertEqual(len(self.findings({"src/attic/old.cpp": ""})), 1)


if __name__ == "__main__":
    unittest.main()
