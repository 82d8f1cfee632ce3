// A PKCS#11 module whose cards a test makes up: the shared library fake_pkcs11, of which a test
// that loads it by its path gets the one `FakeReaders` there is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace opensspi::test {

struct FakeCertificate {
  std::string label, id;
  std::vector<std::uint8_t> der;
};

struct FakeCard {
  std::string reader{}, label{}, pin{};
  std::vector<FakeCertificate> certificates{};
  unsigned long flags = 0;       // CKF_…, of the token
  unsigned long login_code = 0;  // CKR_…, whatever the PIN is; 0: by the PIN
  bool broken = false;           // opens no session
  int logins = 0;                // that were tried
};

struct FakeReaders {
  std::vector<FakeCard> cards{};
  bool open_already = false;  // by somebody else in the process
  bool broken = false;        // nobody tells which slots there are
  int opened = 0, closed = 0;
};

}  // namespace opensspi::test

// The name under which the library has its readers: opensspi::test::FakeReaders* (*)().
extern "C" opensspi::test::FakeReaders* fake_pkcs11_readers();
