"""examples/ldap's client, signed and sealed, against a Samba controller, which takes no search that
is neither."""

import os
import subprocess
import unittest

from peers import samba
from peers.program import SECONDS
from support import suite

PASSWORD, WRONG = "Passw0rd!", "wrong"
BASE = "DC=ad,DC=example,DC=test"


class Ldap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(samba.missing())
        users = [("alice", PASSWORD, ""), ("bob", PASSWORD, "")]
        cls.domain = cls.enterClassContext(
            samba.domain(suite.folder(cls), users, with_member=False))

    def search(self, password, name_filter):
        ended = subprocess.run(
            [*self.domain.controller.inside(), os.environ["LDAP_CLIENT"],
             "ldap://dc1.ad.example.test", "ADEX\\alice", BASE, name_filter],
            input=password + "\n", text=True, capture_output=True, check=False, timeout=SECONDS)
        return ended.returncode, ended.stdout.splitlines(), ended.stderr

    def test_search(self):
        self.assertEqual(self.search(PASSWORD, "(cn=bob)"), (0, [f"CN=bob,CN=Users,{BASE}"], ""))

    def test_an_answer_of_many_sealed_messages(self):
        status, names, output = self.search(PASSWORD, "(objectClass=*)")
        self.assertEqual(status, 0, output)
        self.assertGreater(len(names), 200)
        self.assertIn(f"CN=alice,CN=Users,{BASE}", names)

    def test_wrong_password(self):
        status, names, output = self.search(WRONG, "(cn=bob)")
        self.assertEqual((status, names), (1, []))
        self.assertIn("Invalid credentials", output)


if __name__ == "__main__":
    suite.main()
