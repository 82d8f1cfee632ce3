// EnumerateSecurityPackages and QuerySecurityPackageInfo.
#include "abi/package_block.h"

#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"

namespace opensspi::abi {
namespace {

template <class Char>
SECURITY_STATUS enumerate(ULONG* count, typename Twin<Char>::PackageInfo** out) noexcept {
  return guard([&]() -> Result<void> {
    if (count == nullptr || out == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the packages");
    const auto& infos = Module::instance().package_infos();
    *out = package_block<Char>(infos).release();
    *count = static_cast<ULONG>(infos.size());
    return {};
  });
}

// Windows leaves the output alone when there is no such package.
template <class Char>
SECURITY_STATUS query(const Char* name, typename Twin<Char>::PackageInfo** out) noexcept {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const std::string utf8, text_from(name));
    TRY_ASSIGN(const SecurityPackage* const package, Module::instance().find_package(utf8));
    if (out == nullptr) return fail(Status::InvalidParameter, "there is no place for the package");
    const PackageInfo* info = &package->info();
    *out = package_block<Char>({&info, 1}).release();
    return {};
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesW(ULONG* pcPackages,
                                                                     PSecPkgInfoW* ppPackageInfo) {
  return enumerate<SEC_WCHAR>(pcPackages, ppPackageInfo);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesA(ULONG* pcPackages,
                                                                     PSecPkgInfoA* ppPackageInfo) {
  return enumerate<SEC_CHAR>(pcPackages, ppPackageInfo);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoW(SEC_WCHAR* pszPackageName,
                                                                    PSecPkgInfoW* ppPackageInfo) {
  return query(pszPackageName, ppPackageInfo);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoA(SEC_CHAR* pszPackageName,
                                                                    PSecPkgInfoA* ppPackageInfo) {
  return query(pszPackageName, ppPackageInfo);
}
