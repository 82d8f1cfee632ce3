// The principal that a target name (an SPN, a host, a user) stands for.
#pragma once

#include <string>

#include "base/result.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// service/host[:port][/instance][@REALM]. Without a realm it is the one that krb5.conf gives to the
// host, else the KDC is asked; no name service ever is. A name without a service is a user's, of
// `realm` when it says none. TargetUnknown for what is none.
Result<OwnPrincipal> target_principal(const Library& library, const std::string& target_name,
                                      const std::string& realm);

}  // namespace opensspi::kerberos
