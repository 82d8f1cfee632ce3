"""opensspi account, packages and the command line itself: account_test.py PATH-OF-OPENSSPI"""
import json
import os
import pty
import stat
import subprocess

from support import COMMAND, PASSWORD, PATIENCE, CommandTest, Server, main


class Basics(CommandTest):
    def test_version(self):
        self.assertRegex(self.run_command('--version').stdout, r'^opensspi \d+\.\d+\.\d+\n$')

    def test_usage_errors(self):
        for arguments in ([], ['nonsense'], ['serve', '--nonsense'], ['connect', 'host'],
                          ['account'], ['account', 'add']):
            with self.subTest(arguments):
                self.run_command(*arguments, code=2)

    def test_no_password_in_an_argument(self):
        self.run_command('account', 'add', 'alice', '--password', PASSWORD, code=2)
        self.run_command('connect', 'localhost', '--user', 'alice', '--password', PASSWORD, code=2)

    def test_packages(self):
        packages = {package['name']: package
                    for package in json.loads(self.run_command('packages', '--json').stdout)}
        for name in ('Negotiate', 'Kerberos', 'NTLM', 'Schannel', 'CREDSSP',
                     'Microsoft Unified Security Protocol Provider', 'Default TLS SSP'):
            self.assertIn(name, packages)
            self.assertIn(name, self.run_command('packages').stdout)
            self.assertIs(packages[name]['allowed'], True)
        self.assertEqual(packages['NTLM']['rpc_id'], 10)
        self.assertEqual(packages['CREDSSP']['max_token'], 73032)


    def test_a_package_that_policy_forbids(self):
        self.set_policy('ntlm.allowed = false\n')
        forbidden = [package['name']
                     for package in json.loads(self.run_command('packages', '--json').stdout)
                     if not package['allowed']]
        self.assertEqual(forbidden, ['NTLM'])
        said = [line.split()[0] for line in self.run_command('packages').stdout.splitlines()
                if 'policy does not allow it' in line]
        self.assertEqual(said, ['NTLM'])


class Accounts(CommandTest):
    def accounts(self):
        return {(account['domain'], account['user']): account
                for account in json.loads(self.run_command('account', 'list', '--json').stdout)}

    def test_life_of_an_account(self):
        self.add_account('alice')
        self.add_account('CORP\\bob')
        self.assertEqual(set(self.accounts()), {('', 'alice'), ('CORP', 'bob')})
        self.assertEqual(stat.S_IMODE(os.stat(self.path('accounts.db')).st_mode), 0o600)
        self.run_command('account', 'add', 'ALICE', '--password-file', '-', code=1, input='again\n')
        self.run_command('account', 'disable', 'alice')
        self.assertFalse(self.accounts()['', 'alice']['enabled'])
        self.assertRegex(self.run_command('account', 'list').stdout, r'alice +disabled')
        self.run_command('account', 'enable', 'alice')
        self.assertTrue(self.accounts()['', 'alice']['enabled'])
        self.run_command('account', 'remove', 'CORP\\bob')
        self.assertEqual(set(self.accounts()), {('', 'alice')})
        for verb in ('enable', 'disable', 'remove'):
            done = self.run_command('account', verb, 'nobody', code=1)
            self.assertIn('SEC_E_TARGET_UNKNOWN', done.stderr)

    def test_conditions(self):
        self.add_account('alice', PASSWORD, '--must-change', '--expires', '2031-02-28')
        account = self.accounts()['', 'alice']
        self.assertTrue(account['must_change'])
        self.assertEqual(account['expires'], '2031-02-28T00:00:00Z')
        for date in ('2031-02-29', '31-1-1x', 'tomorrow'):
            self.run_command('account', 'add', 'bob', '--password-file', '-', '--expires', date,
                             input='x\n', code=2)

    def test_unix_users(self):
        self.add_account('alice', PASSWORD, '--unix-user', 'daemon')
        self.add_account('bob')
        self.assertEqual(self.accounts()['', 'alice']['unix_user'], 'daemon')
        self.assertIsNone(self.accounts()['', 'bob']['unix_user'])
        self.assertRegex(self.run_command('account', 'list').stdout, r'alice .* daemon\n')
        self.assertEqual(self.run_command('account', 'change', 'alice', '--unix-user', 'bin').stderr,
                         '')
        self.assertEqual(self.accounts()['', 'alice']['unix_user'], 'bin')
        done = self.run_command('account', 'change', 'bob', '--unix-user', 'no-such-user')
        self.assertIn("no user 'no-such-user' here", done.stderr)
        self.run_command('account', 'change', 'alice', '--unix-user', '', '--expires', '2031-02-28')
        self.assertIsNone(self.accounts()['', 'alice']['unix_user'])
        self.assertEqual(self.accounts()['', 'alice']['expires'], '2031-02-28T00:00:00Z')
        self.run_command('account', 'change', 'alice', '--unix-user', 'a:b', code=1)
        self.run_command('account', 'change', 'nobody', '--unix-user', 'bin', code=1)
        self.run_command('account', 'change', 'alice', code=2)

    def test_servers_tell_the_unix_user(self):
        self.add_account('alice', PASSWORD, '--unix-user', 'daemon')
        for name in ('root', 'Bin'):
            self.add_account(name)
        server = Server(self)
        for count, (name, unix_user) in enumerate(
                (('alice', 'daemon'), ('root', None), ('bin', 'bin')), 1):
            self.connect(server, name)
            self.assertEqual(server.await_logons(count)[-1]['unix_user'], unix_user)

    def test_password_files(self):
        self.run_command('account', 'add', 'alice', '--password-file', self.path('missing'), code=2)
        self.run_command('account', 'add', 'alice', '--password-file',
                         self.write('password', 'first line\r\nsecond line\n'))
        with_server = Server(self)
        self.connect(with_server, password='first line')

    def test_lockout_policy(self):
        self.assertEqual(self.run_command('account', 'policy').stdout, 'lockout: off\n')
        self.run_command('account', 'policy', '--lockout', '5/15')
        shown = self.run_command('account', 'policy').stdout
        self.assertIn('15 minutes', shown)
        self.assertIn('5 wrong', shown)
        for text in ('5', '5/', '/5', 'five/5', '5/15x', '-5/15', '5/0'):
            with self.subTest(text):
                done = subprocess.run([COMMAND, 'account', 'policy', '--lockout=' + text],
                                      env=self.environment, capture_output=True)
                self.assertIn(done.returncode, (1, 2))
        self.assertEqual(self.run_command('account', 'policy').stdout, shown)
        self.assertEqual(self.run_command('account', 'policy', '--lockout', 'off').stdout,
                         'lockout: off\n')

    def test_import(self):
        # The NT hash of "Password": [MS-NLMP] 4.2.2.1.2.
        nt_hash = 'a4f49c406510bdcab6824ee7c30fd852'
        sam = self.write('SAM', f'# comment\ncarol:::{nt_hash}:::\n')
        self.assertEqual(self.run_command('account', 'import', sam).stdout,
                         'imported 1, skipped 0\n')
        smbpasswd = f'dave:1000:{"X" * 32}:{nt_hash.upper()}:[U          ]:LCT-5F000000:\n'
        self.run_command('account', 'import', '-', input=smbpasswd)
        self.assertEqual(set(self.accounts()), {('', 'carol'), ('', 'dave')})
        done = self.run_command('account', 'import', '-', input='carol\n', code=1)
        self.assertIn('-:1', done.stderr)
        self.connect(Server(self), 'carol', password='Password')

    def test_prompt_shows_no_password(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(COMMAND, [COMMAND, 'account', 'add', 'alice'], self.environment)
        shown = b''
        for prompt in (b'New password of alice: ', b'The same again: '):
            shown += self.read_until(terminal, prompt)
            os.write(terminal, PASSWORD.encode() + b'\n')
        shown += self.read_until(terminal, b'added alice')
        os.waitpid(pid, 0)
        os.close(terminal)
        self.assertNotIn(PASSWORD.encode(), shown)
        self.connect(Server(self))

    def test_no_prompt_without_a_terminal(self):
        done = subprocess.run([COMMAND, 'account', 'add', 'alice'], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              start_new_session=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertIn('--password-file', done.stderr)


class Passwords(CommandTest):
    def change(self, old, new, code=0):
        return self.run_command('passwd', 'alice', '--old-password-file', self.write('old', old),
                                '--password-file', self.write('new', new), code=code)

    def test_who_knows_the_old_one_sets_a_new_one(self):
        self.add_account('alice', 'old')
        self.assertEqual(self.change('old', 'new').stdout, 'changed the password of alice\n')
        self.assertIn('STATUS_WRONG_PASSWORD', self.change('old', 'newer', code=1).stderr)
        self.change('new', 'newer')

    def test_offered_when_it_must_be_changed(self):
        self.add_account('alice', 'old', '--must-change')
        server = Server(self)

        def offered(password):
            told = self.run_command('connect', server.address, '--user', 'alice', code=1,
                                    environment={'OPENSSPI_PASSWORD': password})
            return "opensspi passwd 'alice'" in told.stdout

        self.assertTrue(offered('old'))
        self.assertFalse(offered('wrong'))
        self.change('old', 'new')
        self.connect(server, password='new')


if __name__ == '__main__':
    main()
