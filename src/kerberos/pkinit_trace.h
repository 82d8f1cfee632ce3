// What libkrb5's trace says of PKINIT. Its functions answer no more than that pre-authentication
// failed; only here stands what the plugin found, and whether it was there and asked at all.
#pragma once

#include <cstdint>
#include <string_view>

namespace opensspi::kerberos {

class PkinitTrace {
 public:
  // One line, as krb5_set_trace_callback gives it: "[PID] SECONDS.MICROSECONDS: TEXT".
  void read(std::string_view line);

  [[nodiscard]] bool offered() const { return offered_; }  // the KDC takes certificates
  [[nodiscard]] bool plugin() const { return plugin_; }    // libkrb5 has the plugin
  // What it failed with first, a code of libkrb5's; 0: it did not.
  [[nodiscard]] std::int32_t failure() const { return failure_; }
  // Why it did: the client's own certificate is not trusted here; a certificate has expired.
  [[nodiscard]] bool own_untrusted() const { return own_untrusted_; }
  [[nodiscard]] bool expired() const { return expired_; }

 private:
  bool offered_ = false, plugin_ = false, own_untrusted_ = false, expired_ = false;
  std::int32_t failure_ = 0;
};

}  // namespace opensspi::kerberos
