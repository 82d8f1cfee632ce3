"""opensspi doctor: doctor_test.py PATH-OF-OPENSSPI"""
import json
import os
import struct

from support import CommandTest, main

AES256, RC4 = 18, 23
AREAS = {'policy', 'packages', 'keyring', 'credentials', 'accounts', 'winbind', 'krb5.conf', 'kdc',
         'clock', 'keytab', 'target'}


def keytab(*keys):
    """A keytab file, version 0x502, with keys of (principal@REALM, version, encryption type)."""
    def counted(text):
        return struct.pack('>H', len(text)) + text.encode()
    file = b'\x05\x02'
    for principal, version, enctype in keys:
        name, realm = principal.split('@')
        components = name.split('/')
        entry = (struct.pack('>H', len(components)) + counted(realm) +
                 b''.join(map(counted, components)) + struct.pack('>IIB', 1, 0, version) +
                 struct.pack('>HH', enctype, 4) + b'key!')
        file += struct.pack('>i', len(entry)) + entry
    return file


class Doctor(CommandTest):
    def setUp(self):
        super().setUp()
        self.environment.update(KRB5_CONFIG=self.path('krb5.conf'),
                                KRB5_KTNAME=self.path('keytab'), KRB5CCNAME=self.path('cache'))
        self.write('krb5.conf', '[libdefaults]\ndns_lookup_kdc = false\n')

    def examine(self, *arguments, code=0):
        found = json.loads(self.run_command('doctor', '--json', *arguments, code=code).stdout)
        for finding in found:
            self.assertEqual(set(finding), {'area', 'verdict', 'found', 'advice', 'value'})
            self.assertIn(finding['area'], AREAS)
            if finding['verdict'] in ('warning', 'problem'):
                self.assertTrue(finding['advice'], finding)
        return found

    def of(self, area, *arguments, code=0):
        return [(finding['verdict'], finding['found'])
                for finding in self.examine(*arguments, code=code) if finding['area'] == area]

    def test_a_machine_with_nothing(self):
        found = self.examine()
        self.assertLessEqual({finding['verdict'] for finding in found}, {'ok', 'note'})
        self.assertIn(('ok', 'Negotiate, Kerberos, NTLM'), [
            (finding['verdict'], finding['found'][:25]) for finding in found])
        self.assertIn(('note', 'there is no keytab'), self.of('keytab'))
        self.assertIn('names no default realm', self.of('krb5.conf')[0][1])

    def test_words_for_people(self):
        lines = self.run_command('doctor').stdout.splitlines()
        self.assertIn('policy       ok       no policy file says anything else than the defaults',
                      lines)
        advice = lines[lines.index('keytab       note     there is no keytab') + 1]
        self.assertTrue(advice.startswith(' ' * 22 + 'a server that takes tickets'), advice)

    def test_policy(self):
        self.set_policy('[ntlm]\nallowed = false\n[credssp]\nencryption_oracle = "vulnerable"\n')
        self.assertEqual(self.of('policy')[0], ('ok', 'in force: ' + self.path('policy.toml')))
        self.assertIn('CVE-2018-0886', self.of('policy')[1][1])
        self.assertEqual(self.of('packages')[1][0], 'note')

    def test_a_bad_policy_is_all_that_counts(self):
        self.set_policy('[ntlm]\nalowed = false\n')
        self.assertEqual(self.examine(code=1), [
            {'area': 'policy', 'verdict': 'problem', 'value': 0,
             'found': self.path('policy.toml') + ':2:1: there is no such key',
             'advice': 'mend the file: until then nothing is permitted'}])

    def test_accounts(self):
        self.assertEqual(self.of('accounts')[0][0], 'note')
        self.add_account('alice')
        self.assertEqual(self.of('accounts'), [('ok', self.path('accounts.db') + ': 1 account')])
        os.chmod(self.path('accounts.db'), 0o666)
        verdict, found = self.of('accounts', code=1)[0]
        self.assertEqual(verdict, 'problem')
        self.assertIn(self.path('accounts.db'), found)

    def test_who_may_judge_follows_policy(self):
        self.set_policy('[authority]\nkind = "winbind"\n')
        self.assertEqual(self.of('accounts', code=None)[0],
                         ('note', 'the policy lets no accounts of this machine judge'))
        self.set_policy('[authority]\nkind = "accounts"\n')
        self.assertEqual(self.of('winbind'), [('note', 'the policy lets no domain judge')])

    def test_krb5_conf(self):
        for bad in ('[libdefaults', '[libdefaults]\nnonsense\n', 'include /nonexistent\n'):
            self.write('krb5.conf', bad)
            verdict, found = self.of('krb5.conf', code=1)[0]
            self.assertEqual(verdict, 'problem')
            self.assertIn(self.path('krb5.conf'), found)
        self.write('krb5.conf', '[libdefaults]\ndefault_realm = ATHENA.MIT.EDU\n'
                                '[realms]\nATHENA.MIT.EDU = {\nkdc = 127.0.0.1:1\n}\n')
        self.assertEqual(self.of('krb5.conf', code=None)[0][0], 'warning')

    def test_keytab(self):
        with open(self.path('keytab'), 'wb') as file:
            file.write(keytab(('SRV1$@A.TEST', 2, RC4), ('SRV1$@A.TEST', 3, AES256),
                              ('HTTP/srv1.a.test@A.TEST', 7, RC4)))
        self.assertEqual(self.of('keytab'), [
            ('warning', 'HTTP/srv1.a.test@A.TEST, version 7: arcfour-hmac'),
            ('ok', 'SRV1$@A.TEST, version 3: aes256-cts-hmac-sha1-96')])
        self.assertEqual([finding['value'] for finding in self.examine()
                          if finding['area'] == 'keytab'], [7, 3])

    def test_damaged_keytab(self):
        self.write('keytab', 'no keytab')
        self.assertEqual(self.of('keytab', code=1)[0][0], 'problem')

    def test_target(self):
        self.assertEqual(self.of('target', '127.0.0.1')[0], ('ok', '127.0.0.1 is 127.0.0.1'))
        self.assertTrue(self.of('target', '127.0.0.1')[1][1].startswith('TERMSRV/127.0.0.1: '))
        self.assertTrue(self.of('target', 'HTTP/127.0.0.1')[1][1].startswith('HTTP/127.0.0.1: '))
        self.assertEqual(self.of('target', 'no-such-host.invalid', code=1)[0][0], 'problem')


if __name__ == '__main__':
    main()
