// A package that is enumerated with Windows' values, so that programs which only look find what
// they expect, and that says plainly that it cannot be used.
#pragma once

#include <utility>

#include "sspi/package.h"

namespace opensspi {

class DeclaredPackage final : public SecurityPackage {
 public:
  // Whatever pAuthData is, nothing of it is read.
  explicit DeclaredPackage(PackageInfo info) : info_(std::move(info)) {
    info_.auth_data = AuthDataKind::None;
  }

  [[nodiscard]] const PackageInfo& info() const override { return info_; }
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& /*request*/) const override {
    return fail(Status::UnsupportedFunction, "this version lists the package but has not built it");
  }

 private:
  PackageInfo info_;
};

}  // namespace opensspi
