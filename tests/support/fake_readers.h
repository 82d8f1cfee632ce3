// The readers of the module FAKE_PKCS11, as tests that load it have them; emptied.
#pragma once

#include <dlfcn.h>

#include <stdexcept>

#include "support/fake_pkcs11.h"

namespace opensspi::test {

inline FakeReaders& fake_readers() {
  void* library = dlopen(FAKE_PKCS11, RTLD_NOW | RTLD_LOCAL);
  const auto readers = reinterpret_cast<decltype(&fake_pkcs11_readers)>(
      library != nullptr ? dlsym(library, "fake_pkcs11_readers") : nullptr);
  if (readers == nullptr) throw std::runtime_error("there is no " FAKE_PKCS11);
  *readers() = {};
  return *readers();
}

}  // namespace opensspi::test
