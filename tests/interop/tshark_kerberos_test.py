"""A logon of `opensspi connect` to `opensspi serve` with Kerberos user-to-user, as tshark reads it
with the server's keytab: that opens the AS exchange of the server, whose session key opens the
client's ticket."""

import unittest

from peers import mit_kdc, tshark
from support import recorded, suite
from support.command import ACCEPTED, Command

USER, PASSWORD = "alice", "Passw0rd!"
USER_TO_USER, KERBEROS, MS_KERBEROS, NTLM = (
    "1.2.840.113554.1.2.2.3", "1.2.840.113554.1.2.2", "1.2.840.48018.1.2.2",
    "1.3.6.1.4.1.311.2.2.10")
TGT_REQ, TGT_REP, AP_REQ, AP_REP = "16", "17", "14", "15"
ACCEPT_COMPLETED, ACCEPT_INCOMPLETE = "0", "1"

MALFORMED = "_ws.malformed"
MECH_TYPES, SELECTED, RESULT = "spnego.MechType", "spnego.supportedMech", "spnego.negResult"
TYPE, CLIENT, WITH_SESSION_KEY, OPEN_TICKET, OPEN_AP_REP = (f"kerberos.{name}" for name in (
    "msg_type", "CNameString", "APOptions.use.session.key", "encTicketPart_element",
    "encAPRepPart_element"))
FIELDS = (MECH_TYPES, SELECTED, RESULT, TYPE, CLIENT, WITH_SESSION_KEY, OPEN_TICKET, OPEN_AP_REP)


class UserToUser(unittest.TestCase):
    def setUp(self):
        suite.require(mit_kdc.missing() or tshark.missing())
        self.folder = suite.folder(self)
        self.kdc = mit_kdc.MitKdc(self.folder)
        self.kdc.add_user(USER, PASSWORD)
        self.kdc.add_service("TERMSRV/localhost")
        self.enterContext(self.kdc.serve())

    def log_on(self):
        """Makes the capture: what the server asks its KDC, then the logon."""
        command = Command(self.folder)
        command.environment.update(self.kdc.environment)
        through = self.folder / "through-relay.conf"
        with recorded.relay(self.kdc.address) as asked:
            config = self.folder / "krb5.conf"
            through.write_text(config.read_text().replace(self.kdc.address, asked.address))
            command.environment["KRB5_CONFIG"] = str(through)
            with command.serve() as server, recorded.relay(server.address) as logon:
                command.environment["KRB5_CONFIG"] = str(config)
                status, _, output = command.connect(
                    logon.address.replace("127.0.0.1", "localhost"), f"{USER}@{mit_kdc.REALM}",
                    PASSWORD, "--user-to-user", "--keylog", str(self.folder / "keys"))
                self.assertEqual(status, ACCEPTED, output)
        recorded.write(self.folder / "pcap", (asked, recorded.KERBEROS), (logon, recorded.RDP))

    def read(self, fields, show=""):
        return tshark.read(self.folder / "pcap", self.folder / "keys", fields, show=show,
                           keytab=self.folder / "keytab")

    def test_as_tshark_reads_it(self):
        self.log_on()
        self.assertEqual([packet for packet in self.read([MALFORMED]) if packet[MALFORMED]], [])
        requests = self.read(FIELDS, "credssp")
        self.assertEqual([request[TYPE] for request in requests],
                         [[TGT_REQ], [TGT_REP], [AP_REQ], [AP_REP], [], [], []])
        offer, selection, ap_req, ap_rep = requests[:4]
        self.assertEqual(offer[MECH_TYPES], [USER_TO_USER, MS_KERBEROS, KERBEROS, NTLM])
        self.assertEqual(selection[SELECTED], [USER_TO_USER])
        self.assertEqual([request[RESULT] for request in requests[:4]],
                         [[], [ACCEPT_INCOMPLETE], [], [ACCEPT_COMPLETED]])
        self.assertEqual(ap_req[WITH_SESSION_KEY], ["1"])
        # What is there only when it could be opened.
        self.assertTrue(ap_req[OPEN_TICKET])
        self.assertEqual(set(ap_req[CLIENT]), {USER})
        self.assertTrue(ap_rep[OPEN_AP_REP])


if __name__ == "__main__":
    suite.main()
