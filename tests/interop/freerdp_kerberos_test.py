"""FreeRDP 3 with Kerberos, user-to-user as it prefers it, in a Samba domain: its client against
`opensspi serve` and `opensspi connect` against its server, each on the member with the keys of the
member's account."""

import os
import unittest

from peers import freerdp, samba, xvfb
from support import suite
from support.command import ACCEPTED, Command

USER, PASSWORD = "alice", "Passw0rd!"
ACCOUNT = f"{samba.MEMBER.lower()}$"  # FreeRDP makes it of the target's host
HOST, ADDRESS = samba.MEMBER.lower(), samba.MEMBER_AT
NAMES = rf"^({USER}@{samba.REALM}|{samba.DOMAIN}\\{USER})$"  # the second where winbind is asked
RESPONSE = "TSRequest: NegTokenResp "  # alone


class FreeRdpKerberos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(samba.missing() or xvfb.missing() or freerdp.FreeRdp.missing(3))
        cls.folder = suite.folder(cls)
        cls.domain = cls.enterClassContext(
            samba.domain(suite.folder(cls), [(USER, PASSWORD, "")]))
        # libkrb5 1.21, FreeRDP's, makes the second of the first.
        for name in (HOST, f"{HOST}.{samba.REALM.lower()}"):
            cls.domain.add_service(f"TERMSRV/{name}")
        cls.keytab = cls.folder / "keytab"
        cls.domain.export_keytab(cls.keytab, ACCOUNT)
        cls.display = cls.enterClassContext(xvfb.display())

    def setUp(self):
        folder = suite.folder(self)
        self.realm = {"KRB5_CONFIG": "/etc/krb5.conf", "KRB5CCNAME": f"FILE:{folder}/cc",
                      "KRB5_KTNAME": f"FILE:{self.keytab}",
                      "KRB5RCACHENAME": f"file2:{folder}/replays"}
        inside = self.domain.member.inside()
        self.peer = freerdp.FreeRdp(3, self.display, str(suite.folder(self)), inside, self.realm)
        self.command = Command(folder, inside=inside)
        self.command.environment.update({**self.realm, **samba.known_leaks(folder)})

    def log_on(self):
        """With FreeRDP's client: what the server says, the messages of it all, and FreeRDP's log."""
        with self.command.serve(address=ADDRESS) as server:
            output = self.peer.connect(server.address.replace(ADDRESS, HOST), USER, PASSWORD,
                                       f"/d:{samba.REALM}")[1]
            logon = server.new_logons()[0]
            messages = server.output().partition("[2] ")[0]
        self.assertTrue(logon["accepted"], (logon, output, messages))
        self.assertIn("Kerberos", logon["mechanism"])
        self.assertRegex(logon["user"], NAMES)
        return messages

    def test_its_client(self):
        self.assertEqual(self.log_on().count(RESPONSE), 3)  # one more each way than AP-REQ takes

    def test_its_client_of_a_server_that_cannot_log_on(self):
        config = self.folder / "no-kdc.conf"
        config.write_text(f"[libdefaults]\ndns_lookup_kdc = false\n"
                          f"[realms]\n{samba.REALM} = {{\n kdc = {ADDRESS}:1\n}}\n")
        self.command.environment["KRB5_CONFIG"] = str(config)
        self.log_on()

    def test_its_server(self):
        with self.peer.serve({}, f"/keytab:{self.keytab}", address=ADDRESS) as address:
            for options, responses in ((["--user-to-user"], 3), ([], 1)):
                status, answer, output = self.command.connect(
                    address.replace(ADDRESS, HOST), f"{USER}@{samba.REALM}", PASSWORD, *options)
                self.assertEqual(status, ACCEPTED, output)
                self.assertIn("Kerberos", answer["mechanism"])
                self.assertEqual(output.count(RESPONSE), responses, output)


if __name__ == "__main__":
    suite.main()
