// A PKCS#11 module whose cards a test makes up: the shared library fake_pkcs11, of which a test
// that loads it by its path gets the one `FakeReaders` there is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace opensspi::test {

struct FakeCertificate {
  std::string label, id;
  std::vector<std::uint8_t> der;
};

struct FakeKey {
  std::string label, id;
  // What the token shows of its public part; empty: nothing.
  std::vector<std::uint8_t> modulus{}, point{};
  bool always_authenticate = false;
  // By mechanism and, for PSS, hash algorithm (CKM_).
  std::function<std::vector<std::uint8_t>(unsigned long, unsigned long,
                                          std::span<const std::uint8_t>)>
      sign{};
};

struct FakeCard {
  std::string reader{}, label{}, serial{}, pin{};
  std::vector<FakeCertificate> certificates{};
  std::vector<FakeKey> keys{};  // seen when the card is open
  std::vector<unsigned long> mechanisms{};
  unsigned long flags = 0;       // CKF_…, of the token
  unsigned long login_code = 0;  // CKR_…, whatever the PIN is; 0: by the PIN
  unsigned long sign_code = 0;   // CKR_…, instead of a signature
  bool broken = false;           // opens no session
  bool removed = false;          // from its reader
  int insertion = 0;             // sessions of an earlier one are no more
  bool open = false;             // by its PIN
  int logins = 0;                // that were tried
  int logins_for_signatures = 0;
};

struct FakeReaders {
  std::vector<FakeCard> cards{};
  bool open_already = false;  // by somebody else in the process
  bool broken = false;        // nobody tells which slots there are
  int opened = 0, closed = 0;
  int strays = 0;  // calls for sessions of another process
};

}  // namespace opensspi::test

// The name under which the library has its readers: opensspi::test::FakeReaders* (*)().
extern "C" opensspi::test::FakeReaders* fake_pkcs11_readers();
