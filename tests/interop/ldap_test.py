"""examples/ldap's client with NTLM and with Kerberos, signed and sealed, against a Samba controller,
which takes no search that is neither."""

import os
import subprocess
import unittest

from peers import samba
from peers.program import SECONDS
from support import suite

PASSWORD, WRONG = "Passw0rd!", "wrong"
NO_NTLM = "ntlm.allowed = false\n"
BASE = "DC=ad,DC=example,DC=test"


class Ldap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(samba.missing())
        users = [("alice", PASSWORD, ""), ("bob", PASSWORD, "")]
        cls.domain = cls.enterClassContext(
            samba.domain(suite.folder(cls), users, with_member=False))
        cls.domain.add_service("ldap/dc1.ad.example.test", samba.CONTROLLER)

    def use(self, user, policy=""):
        """Whom the searches log on as: nobody is who has logged on."""
        folder = suite.folder(self)
        (folder / "policy.toml").write_text(policy)
        self.user = [user] if user else []
        self.environment = {"OPENSSPI_POLICY": str(folder / "policy.toml"),
                            "KRB5_CONFIG": "/etc/krb5.conf", "KRB5CCNAME": f"FILE:{folder}/cc"}

    def search(self, name_filter, password=""):
        ended = subprocess.run(
            [*self.domain.controller.inside(), os.environ["LDAP_CLIENT"],
             "ldap://dc1.ad.example.test", BASE, name_filter, *self.user],
            input=password + "\n", text=True, capture_output=True, check=False, timeout=SECONDS,
            env={**os.environ, **self.environment})
        return ended.returncode, ended.stdout.splitlines(), ended.stderr

    def finds(self, password=""):
        self.assertEqual(self.search("(cn=bob)", password), (0, [f"CN=bob,CN=Users,{BASE}"], ""))
        # An answer of many sealed messages.
        status, names, output = self.search("(objectClass=*)", password)
        self.assertEqual(status, 0, output)
        self.assertGreater(len(names), 200)
        self.assertIn(f"CN=alice,CN=Users,{BASE}", names)

    def refuses(self, words, password=""):
        status, names, output = self.search("(cn=bob)", password)
        self.assertEqual((status, names), (1, []))
        self.assertIn(words, output)

    def test_ntlm(self):
        self.use("ADEX\\alice")
        self.finds(PASSWORD)
        self.refuses("Invalid credentials", WRONG)

    def test_kerberos_by_password(self):
        self.use(f"{samba.REALM}\\alice", NO_NTLM)
        self.finds(PASSWORD)
        self.refuses("SEC_E_LOGON_DENIED: wrong password", WRONG)

    def test_kerberos_by_ticket(self):
        self.use(None, NO_NTLM)
        self.refuses("the policy does not allow NTLM")
        self.domain.kinit("alice", PASSWORD, self.environment)
        self.finds()


if __name__ == "__main__":
    suite.main()
