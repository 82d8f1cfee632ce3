"""Logons of `opensspi connect` to `opensspi serve` as tshark reads them with the key log of either:
that they decode without complaint, hold what the protocol wants, and were made with the password."""

import unittest

from peers import tshark
from support import recorded, suite
from support.command import ACCEPTED, REFUSED, Command

USER, DOMAIN, PASSWORD, WRONG = "alice", "EXAMPLE", "Passw0rd!", "wrong"
UNICODE_USER = "Jürgen"
CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
STATUS_LOGON_FAILURE = 0xC000006D
WARNING = 0x600000  # of tshark's severities

TOKENS, PROOF, CREDENTIAL, ERROR, NONCE = (
    f"credssp.{name}" for name in ("negoTokens", "pubKeyAuth", "authInfo", "errorCode",
                                   "clientNonce"))
VERSION, SOURCE, MESSAGE, AUTHENTICATED = (
    "credssp.version", "ip.src", "ntlmssp.messagetype", "ntlmssp.authenticated")
CLIENT_USER, CLIENT_DOMAIN, TARGET = (
    "ntlmssp.auth.username", "ntlmssp.auth.domain", "ntlmssp.ntlmv2_response.target_name")
LIST_MIC, RESULT = "spnego.mechListMIC", "spnego.negResult"
FIELDS = (VERSION, SOURCE, TOKENS, PROOF, CREDENTIAL, ERROR, NONCE, MESSAGE, AUTHENTICATED,
          CLIENT_USER, CLIENT_DOMAIN, TARGET, LIST_MIC, RESULT)
COMPLAINTS = "_ws.malformed", "_ws.expert.severity", "_ws.expert.message"


class Logon(unittest.TestCase):
    raw_ntlm = "auto"

    @classmethod
    def setUpClass(cls):
        suite.require(tshark.missing())
        cls.folder = suite.folder(cls)
        cls.command = Command(cls.folder, f'[negotiate]\nraw_ntlm = "{cls.raw_ntlm}"\n')
        for user in (USER, UNICODE_USER):
            cls.command.add_account(f"{DOMAIN}\\{user}", PASSWORD)
        cls.server_keys = cls.folder / "server.keys"
        cls.server = cls.enterClassContext(cls.command.serve("--keylog", str(cls.server_keys)))

    def log_on(self, user, password, expected):
        """Makes the capture `capture` and the key log `keys`."""
        self.capture = self.folder / f"{self.id()}.pcap"
        self.keys = self.folder / f"{self.id()}.keys"
        with recorded.relay(self.server.address) as recording:
            status, _, output = self.command.connect(
                recording.address, f"{DOMAIN}\\{user}", password, "--keylog", str(self.keys))
        self.assertEqual(status, expected, output)
        recording.write(self.capture)

    def read(self, password=PASSWORD, keys=None):
        """The TSRequests; nothing in the capture may be amiss."""
        keys = keys or self.keys
        for packet in tshark.read(self.capture, keys, COMPLAINTS, password):
            malformed, severities, messages = packet.values()
            self.assertEqual(malformed, [])
            self.assertLess(max(map(int, severities), default=0), WARNING, messages)
        requests = tshark.read(self.capture, keys, FIELDS, password, "credssp")
        self.assertEqual([request[VERSION] for request in requests], [["6"]] * len(requests))
        return requests

    def check_shape(self, requests, last):
        """What each TSRequest holds, and that all but the last ones are as in every logon."""
        has = [(request[SOURCE][0], *(name for name in (TOKENS, PROOF, CREDENTIAL, ERROR, NONCE)
                                      if request[name])) for request in requests]
        self.assertEqual(has, [(CLIENT, TOKENS), (SERVER, TOKENS),
                               (CLIENT, TOKENS, PROOF, NONCE), *last])
        self.assertEqual([request[MESSAGE] for request in requests[:3]],
                         [["0x00000001"], ["0x00000002"], ["0x00000003"]])
        self.assertEqual(len(bytes.fromhex(requests[2][NONCE][0])), 32)
        self.assertEqual(requests[2][TARGET], ["TERMSRV/127.0.0.1"])

    def proven(self, requests):
        """Whether tshark found that the NTLMv2 response was made with the password."""
        return [bool(request[AUTHENTICATED]) for request in requests] == \
            [False, False, True] + [False] * (len(requests) - 3)

    def answer(self):
        """What the server's TSRequest with its proof holds."""
        return SERVER, PROOF

    def test_accepted(self):
        self.log_on(USER, PASSWORD, ACCEPTED)
        for keys in (self.keys, self.server_keys):
            requests = self.read(keys=keys)
            self.check_shape(requests, [self.answer(), (CLIENT, CREDENTIAL)])
            self.assertEqual(requests[2][CLIENT_USER], [USER])
            self.assertEqual(requests[2][CLIENT_DOMAIN], [DOMAIN])
            self.assertTrue(self.proven(requests))
            self.check_negotiation(requests)
        self.assertFalse(self.proven(self.read(WRONG)))

    def check_negotiation(self, requests):
        self.assertEqual([request[RESULT] + request[LIST_MIC] for request in requests], [[]] * 5)

    def test_names_beyond_ascii(self):
        self.log_on(UNICODE_USER, PASSWORD, ACCEPTED)
        self.assertEqual(self.read()[2][CLIENT_USER], [UNICODE_USER])

    def test_refused(self):
        self.log_on(USER, WRONG, REFUSED)
        requests = self.read(WRONG)
        self.check_shape(requests, [(SERVER, ERROR)])
        self.assertEqual(int(requests[3][ERROR][0]) & 0xFFFFFFFF, STATUS_LOGON_FAILURE)
        self.assertTrue(self.proven(requests))
        self.assertFalse(self.proven(self.read(PASSWORD)))


class LogonInSpnego(Logon):
    raw_ntlm = "never"

    def answer(self):
        return SERVER, TOKENS, PROOF

    def check_negotiation(self, requests):
        # accept-incomplete both ways, and accept-completed beside the server's proof.
        self.assertEqual([request[RESULT] for request in requests], [[], ["1"], ["1"], ["0"], []])
        mics = [[len(bytes.fromhex(mic)) for mic in request[LIST_MIC]] for request in requests]
        self.assertEqual(mics, [[], [], [16], [16], []])


if __name__ == "__main__":
    suite.main()
