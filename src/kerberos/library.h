// MIT libkrb5, called directly: one krb5_context for each operation, since none may be used by two
// threads at once. libkrb5's own headers stop in this room's .cpp files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sspi/kdc_transport.h"
#include "sspi/types.h"

struct _krb5_context;

namespace opensspi::kerberos {

// Whose configuration counts, and with it whose default cache and keytab.
enum class Configuration {
  Callers,   // what KRB5_CONFIG, KRB5CCNAME and KRB5_KTNAME name, unless the process is set-uid
  Machines,  // no environment variable counts, but those that name libkrb5's replay cache
};

class Library {
 public:
  // InternalError when the configuration, krb5.conf, cannot be read.
  static Result<Library> open(Configuration configuration);

  [[nodiscard]] _krb5_context* get() const { return context_.get(); }

  // The time by which this context goes, unless the cache that it has read brought the time of the
  // KDC along.
  void set_time(FileTime now) const;
  // The time that this context goes by, in seconds since 1970.
  [[nodiscard]] std::int64_t unix_time() const;

  // The default realm as the configuration names it; empty when it does not. Unlike libkrb5's own
  // answer it never comes from a name service.
  [[nodiscard]] std::string configured_realm() const;
  // Whether the configuration has KDCs of that realm.
  [[nodiscard]] bool knows_realm(const std::string& realm) const;

  // The servers of that realm as the configuration has them.
  [[nodiscard]] KdcServers servers(const std::string& realm, KdcService service) const;
  // Longer messages are better sent in a stream (udp_preference_limit).
  [[nodiscard]] std::size_t datagram_limit() const;

  // The socket of KCM, the service that keeps credential caches; empty when it is not to be asked.
  [[nodiscard]] std::string kcm_socket() const;

 private:
  struct Close {
    void operator()(_krb5_context* context) const;
  };

  explicit Library(_krb5_context* context) : context_(context) {}
  [[nodiscard]] std::string libdefault(const char* name, const char* otherwise) const;
  [[nodiscard]] bool boolean(const char* name, bool otherwise) const;
  [[nodiscard]] std::vector<std::string> of_realm(const std::string& realm, const char* name) const;

  std::unique_ptr<_krb5_context, Close> context_;
};

// InsufficientMemory when that is what libkrb5 ran out of; else the given error, with libkrb5's
// code as its figure.
[[nodiscard]] tl::unexpected<Error> failure(std::int32_t code, Status status, const char* why);

}  // namespace opensspi::kerberos
