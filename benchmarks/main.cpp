// Registers everything and runs what Google Benchmark's arguments ask for.
#include <algorithm>
#include <cstdio>
#include <exception>

#include "benchmarks.h"

namespace bench {
namespace {

ULONG put(const char* text, std::array<std::uint16_t, 32>& place) {
  const std::string_view view(text);
  std::copy(view.begin(), view.end(), place.begin());
  return static_cast<ULONG>(view.size());
}

std::uint32_t tell_nt_hash(const char* user, const char* /*domain*/, std::uint8_t nt_hash[16],
                           void* /*user_data*/) {
  constexpr std::uint32_t kNoSuchUser = 0xC0000064;
  if (std::string_view(user) != User::kName) return kNoSuchUser;
  std::copy_n(User::instance().nt_hash().begin(), 16, nt_hash);
  return 0;
}

}  // namespace

User::User() {
  identity_.UserLength = put(kName, name_);
  identity_.DomainLength = put(kDomain, domain_);
  identity_.PasswordLength = put(kPassword, password_);
  identity_.User = name_.data();
  identity_.Domain = domain_.data();
  identity_.Password = password_.data();
  identity_.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  check("opensspi_nt_hash", opensspi_nt_hash(kPassword, nt_hash_.data()));
}

User& User::instance() {
  static User user;
  return user;
}

std::unique_ptr<Credential> acquire_inbound(const char* package, void* auth_data) {
  opensspi_authority authority{};
  authority.size = sizeof authority;
  authority.nt_hash = tell_nt_hash;
  CredHandle handle{};
  check("opensspi_acquire_inbound",
        opensspi_acquire_inbound(package, auth_data, &authority, &handle, nullptr));
  return std::make_unique<Credential>(our_table(), handle);
}

const SecurityFunctionTableW& our_table() {
  static const SecurityFunctionTableW& table = *InitSecurityInterfaceW();
  return table;
}

}  // namespace bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    bench::register_ntlm_benchmarks();
    bench::register_credssp_benchmarks();
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
  benchmark::ClearRegisteredBenchmarks();  // their contexts end before the credentials do
  benchmark::Shutdown();
  return 0;
}
