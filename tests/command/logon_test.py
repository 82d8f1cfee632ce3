"""Whole logons: opensspi connect to opensspi serve: logon_test.py PATH-OF-OPENSSPI"""
import json
import os
import stat
import subprocess

from support import COMMAND, PASSWORD, PATIENCE, CommandTest, Server, main


class Logons(CommandTest):
    def setUp(self):
        super().setUp()
        self.add_account('alice')

    def test_accepted(self):
        server = Server(self)
        seen = self.connect(server)
        for logon in (seen, server.await_logons(1)[0]):
            self.assertIs(logon['accepted'], True)
            self.assertEqual(logon['mechanism'], 'NTLM')
            self.assertEqual(logon['version'], 6)
            self.assertEqual(logon['tls'], 'TLS 1.3')
            self.assertEqual(logon['status'], 'SEC_E_OK')
            self.assertEqual(logon['reason'], '')
        self.assertRegex(server.logons[0]['user'], r'^[^\\]+\\alice$')
        self.assertIs(seen['certificate']['trusted'], False)
        self.assertIn('self-signed', seen['certificate']['trust'])
        server.await_line('MCS Connect Initial')
        server.await_line('MCS Disconnect Provider Ultimatum')

    def test_lines_for_people(self):
        server = Server(self)
        done = self.run_command('connect', server.address, '--user', 'alice', '--password-file',
                                '-', input=PASSWORD + '\n')
        self.assertRegex(done.stdout.splitlines()[0], r'^accepted  .*alice.*NTLM.*TLS 1\.3')
        for what in ('X.224 Connection Request', 'X.224 Connection Confirm', 'TLS ClientHello',
                     'CHALLENGE_MESSAGE', 'pubKeyAuth', 'authInfo', 'MCS Connect Initial',
                     'MCS Disconnect Provider Ultimatum'):
            self.assertRegex(done.stderr,
                             rf'(client -> server|server -> client) .*{what}.* \d+ bytes')
        self.assertRegex(done.stderr, r'TLS ClientHello .* bytes +\d+\.\d\d ms')
        self.assertNotIn('\033', done.stderr + done.stdout)

    def test_refused_and_right_again(self):
        self.add_account('carol')
        self.run_command('account', 'disable', 'carol')
        self.add_account('dave', PASSWORD, '--expires', '2020-01-01')
        self.add_account('erin', PASSWORD, '--must-change')
        server = Server(self)
        cases = [('alice', 'wrong', 'STATUS_LOGON_FAILURE', 'STATUS_WRONG_PASSWORD'),
                 ('mallory', PASSWORD, 'STATUS_LOGON_FAILURE', 'STATUS_NO_SUCH_USER'),
                 ('carol', PASSWORD, 'STATUS_ACCOUNT_DISABLED', 'STATUS_ACCOUNT_DISABLED'),
                 ('carol', 'wrong', 'STATUS_LOGON_FAILURE', 'STATUS_WRONG_PASSWORD'),
                 ('dave', PASSWORD, 'STATUS_ACCOUNT_EXPIRED', 'STATUS_ACCOUNT_EXPIRED'),
                 ('erin', PASSWORD, 'STATUS_PASSWORD_MUST_CHANGE', 'STATUS_PASSWORD_MUST_CHANGE')]
        for user, password, told, true_reason in cases:
            with self.subTest(user=user, password=password):
                before = len(server.logons)
                seen = self.connect(server, user, password=password, code=1)
                logon = server.await_logons(before + 1)[-1]
                for side, reason in ((seen, told), (logon, true_reason)):
                    self.assertIs(side['accepted'], False)
                    self.assertEqual(side['status'], 'SEC_E_LOGON_DENIED')
                    self.assertEqual(side['nt_status'], reason)
                    self.assertEqual(side['mechanism'], 'NTLM')
                    self.assertIn(reason, side['reason'])
                    self.assertEqual(side['tls'], 'TLS 1.3')
                    self.assertEqual(side['version'], 6)
                self.assertRegex(logon['user'], rf'(^|\\){user}$')
                self.connect(server)
                self.assertIs(server.await_logons(before + 2)[-1]['accepted'], True)

    def test_authenticated_and_not_let_in(self):
        self.add_account('carol')
        server = Server(self, '--allow', 'Carol', '--allow', 'CORP\\bob')
        seen = self.connect(server, code=1)
        logon = server.await_logons(1)[0]
        for side in (seen, logon):
            self.assertIs(side['accepted'], False)
            self.assertIs(side['authenticated'], True)
            self.assertEqual(side['status'], 'SEC_E_LOGON_DENIED')
            self.assertEqual(side['nt_status'], 'STATUS_LOGON_TYPE_NOT_GRANTED')
            self.assertIn('authenticated, but', side['reason'])
        self.assertIs(self.connect(server, 'carol')['authenticated'], True)
        self.assertIs(server.await_logons(2)[1]['accepted'], True)
        server.await_line('Early User Authorization Result')
        wrong = self.connect(server, 'carol', password='wrong', code=1)
        self.assertIs(wrong['authenticated'], False)

    def test_lockout(self):
        self.run_command('account', 'policy', '--lockout', '2/5')
        server = Server(self)
        for _ in range(2):
            self.connect(server, password='wrong', code=1)
        # The client hears of a right password what it hears of a wrong one, the server's log more.
        for password, true_reason in ((PASSWORD, 'STATUS_ACCOUNT_LOCKED_OUT'),
                                      ('wrong', 'STATUS_WRONG_PASSWORD')):
            before = len(server.logons)
            seen = self.connect(server, password=password, code=1)
            self.assertEqual(seen['nt_status'], 'STATUS_LOGON_FAILURE')
            logon = server.await_logons(before + 1)[-1]
            self.assertEqual(logon['nt_status'], true_reason)
            self.assertIn('locked out', logon['reason'])
        self.run_command('account', 'enable', 'alice')
        self.connect(server)

    def test_domains(self):
        self.add_account('CORP\\bob')
        server = Server(self)
        self.assertEqual(self.connect(server, 'corp\\BOB')['accepted'], True)
        self.assertEqual(server.await_logons(1)[0]['user'].lower(), 'corp\\bob')
        self.connect(server, 'OTHER\\bob', code=1)

    def test_changed_password(self):
        server = Server(self)
        self.connect(server)
        self.run_command('account', 'passwd', 'alice', '--password-file', '-', input='new one\n')
        self.connect(server, code=1)
        self.connect(server, password='new one')

    def test_last_logon_is_written(self):
        server = Server(self)
        self.connect(server)
        server.process.terminate()
        self.assertEqual(server.end(), 0)
        listed = json.loads(self.run_command('account', 'list', '--json').stdout)
        self.assertIsNotNone(listed[0]['last_logon'])

    def fail_to_serve(self, code, *arguments):
        done = subprocess.run([COMMAND, 'serve', '--listen', '127.0.0.1:0', '--once', *arguments],
                              env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def test_no_authority(self):
        for kind, arguments in (('none', ()), ('winbind', ('--authority', 'accounts'))):
            with self.subTest(kind):
                self.set_policy(f'[authority]\nkind = "{kind}"\n')
                self.assertIn('SEC_E_NO_AUTHENTICATING_AUTHORITY',
                              self.fail_to_serve(4, *arguments))

    def test_the_authority_that_is_chosen(self):
        self.assertIn('--authority', self.fail_to_serve(2, '--authority', 'nobody'))
        self.connect(Server(self, '--authority', 'accounts'))

    def test_a_keytab_that_is_not_there(self):
        keytab = self.path('no-keytab')
        self.assertIn(keytab + ': ', self.fail_to_serve(2, '--keytab', keytab))

    def test_ntlm_not_allowed_is_policy(self):
        server = Server(self)
        self.set_policy('[ntlm]\nallowed = false\n')
        self.run_command('connect', server.address, '--user', 'alice', '--password-file', '-',
                         input=PASSWORD + '\n', code=4)

    def test_require_trust_sends_no_password(self):
        server = Server(self)
        seen = self.connect(server, 'alice', '--require-trust', code=4)
        self.assertIs(seen['accepted'], False)
        self.assertEqual(seen['status'], 'SEC_E_UNTRUSTED_ROOT')
        logon = server.await_logons(1)[0]
        self.assertIs(logon['accepted'], False)
        self.assertEqual(logon['status'], 'SEC_E_UNFINISHED_CONTEXT_DELETED')

    def test_key_log(self):
        keys = self.path('keys')
        self.connect(Server(self, '--keylog', keys))
        with open(keys, encoding='ascii') as file:
            self.assertRegex(file.read(), r'(?m)^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+$')
        self.assertEqual(stat.S_IMODE(os.stat(keys).st_mode), 0o600)

    def test_nothing_tells_the_password(self):
        server = Server(self, '--keylog', self.path('keys'))
        self.connect(server)
        self.connect(server, password='Wrong-but-secret', code=1)
        server.process.terminate()
        server.end()
        said = '\n'.join(server.lines) + json.dumps(server.logons)
        self.assertNotIn(PASSWORD, said)
        self.assertNotIn('Wrong-but-secret', said)


if __name__ == '__main__':
    main()
