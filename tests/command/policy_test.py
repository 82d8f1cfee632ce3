"""opensspi policy: policy_test.py PATH-OF-OPENSSPI"""
import json
import os

from support import CommandTest, main

DEFAULTS = {
    'credssp.encryption_oracle': '"force"', 'delegation.allow_fresh': '["TERMSRV/*"]',
    'delegation.allow_default': '[]', 'delegation.deny_default': '[]',
    'negotiate.raw_ntlm': '"auto"', 'ntlm.allowed': 'true', 'authority.kind': '"auto"',
    'authority.deadline_ms': '3000', 'kerberos.kdc_timeout_ms': '3000',
    'credssp.remote_guard': 'false', 'smart_card.pkcs11_module': '"p11-kit-proxy.so"',
    'tls.minimum_version': '"1.2"', 'tls.keylog_env': 'false',
    'log.env': 'false'}


class Policy(CommandTest):
    def settings(self, *arguments):
        return json.loads(self.run_command('policy', '--json', *arguments).stdout)

    def test_defaults(self):
        found = {setting['key']: setting['value'] for setting in self.settings()}
        self.assertEqual(len(found), 20)
        self.assertEqual({key: found[key] for key in DEFAULTS}, DEFAULTS)
        self.assertEqual({setting['file'] for setting in self.settings()}, {None})

    def test_tells_which_file_says_so(self):
        self.set_policy('[ntlm]\nallowed = false\n')
        lines = self.run_command('policy').stdout.splitlines()
        said = [line for line in lines if '#' in line]
        self.assertEqual(len(said), 1)
        setting, file = said[0].split(' # ')
        self.assertEqual(setting.rstrip(), 'ntlm.allowed = false')
        self.assertEqual(file, self.path('policy.toml'))

    def test_what_it_prints_is_a_policy(self):
        self.set_policy('[delegation]\nallow_fresh = ["WSMAN/*.corp.example", "A/\\"b"]\n')
        copy = self.write('copy.toml', self.run_command('policy').stdout)
        os.chmod(copy, 0o600)
        self.assertEqual([(one['key'], one['value']) for one in self.settings(copy)],
                         [(one['key'], one['value']) for one in self.settings()])

    def test_users_file_only_narrows(self):
        # Without a file of the system's, the user's is over the defaults.
        os.makedirs(self.path('.config/opensspi'))
        own = self.write('.config/opensspi/policy.toml',
                         '[ntlm]\nallowed = false\n[tls]\nkeylog_env = true\n'
                         '[delegation]\nallow_fresh = ["*"]\n')
        os.chmod(own, 0o600)
        del self.environment['OPENSSPI_POLICY']
        if os.path.exists('/etc/opensspi/policy.toml'):
            self.skipTest('this machine has a policy')
        found = [(one['key'], one['value'], one['file']) for one in self.settings()]
        self.assertIn(('ntlm.allowed', 'false', own), found)
        self.assertIn(('tls.keylog_env', 'false', None), found)
        self.assertIn(('delegation.allow_fresh', '["TERMSRV/*"]', None), found)
        self.assertIn(('delegation.allow_fresh', '["*"]', own), found)

    def test_says_where_it_is_wrong(self):
        self.set_policy('[ntlm]\nallowed = true\nalowed = false\n')
        for arguments in ([], ['--json']):
            done = self.run_command('policy', *arguments, code=4)
            self.assertEqual(done.stderr,
                             f"opensspi: {self.path('policy.toml')}:3:1: there is no such key\n")
            self.assertEqual(done.stdout, '')
        self.assertIn('`opensspi policy` says where', self.run_command(
            'connect', '127.0.0.1:1', '--user', 'alice', code=4,
            environment={'OPENSSPI_PASSWORD': 'x'}).stderr)

    def test_checks_a_file(self):
        good = self.write('new.toml', '[log]\nenv = true\n')
        os.chmod(good, 0o600)
        self.assertIn({'key': 'log.env', 'value': 'true', 'file': good}, self.settings(good))
        self.assertIn({'key': 'log.env', 'value': 'false', 'file': None}, self.settings())
        missing = self.run_command('policy', self.path('missing.toml'), code=4)
        self.assertIn('it is not there', missing.stderr)
        os.chmod(good, 0o666)
        self.assertIn('others can write', self.run_command('policy', good, code=4).stderr)


if __name__ == '__main__':
    main()
