// Contexts of libkrb5, and its errors.
#include "kerberos/library.h"

#include <krb5.h>
#include <profile.h>

#include <cerrno>
#include <charconv>

namespace opensspi::kerberos {
namespace {

constexpr const char* kKcmSocket = "/var/run/.heim_org.h5l.kcm-socket";  // krb5.conf(5) kcm_socket

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kUnixEpochUs = 11'644'473'600 * kUsPerSecond;  // after 1601

struct ReleaseProfile {
  void operator()(_profile_t* profile) const { profile_release(profile); }
};
struct ReleaseString {
  void operator()(char* text) const { profile_release_string(text); }
};

}  // namespace

Result<Library> Library::open(Configuration configuration) {
  krb5_context context = nullptr;
  const krb5_error_code code = configuration == Configuration::Callers
                                   ? krb5_init_context(&context)
                                   : krb5_init_secure_context(&context);
  if (code == 0) return Library(context);
  return failure(code, Status::InternalError, "the configuration of Kerberos cannot be read");
}

std::string Library::libdefault(const char* name, const char* otherwise) const {
  profile_t opened = nullptr;
  if (krb5_get_profile(get(), &opened) != 0) return {};
  const std::unique_ptr<_profile_t, ReleaseProfile> profile(opened);
  char* found = nullptr;
  if (profile_get_string(profile.get(), "libdefaults", name, nullptr, otherwise, &found) != 0) {
    return {};
  }
  const std::unique_ptr<char, ReleaseString> text(found);
  return text.get();
}

std::string Library::kcm_socket() const {
  const std::string path = libdefault("kcm_socket", kKcmSocket);
  return path.starts_with('-') ? std::string() : path;
}

std::string Library::configured_realm() const {
  return libdefault("default_realm", "");
}

bool Library::knows_realm(const std::string& realm) const {
  return !of_realm(realm, "kdc").empty();
}

std::vector<std::string> Library::of_realm(const std::string& realm, const char* name) const {
  profile_t opened = nullptr;
  if (krb5_get_profile(get(), &opened) != 0) return {};
  const std::unique_ptr<_profile_t, ReleaseProfile> profile(opened);
  const char* const names[] = {"realms", realm.c_str(), name, nullptr};
  char** values = nullptr;
  if (profile_get_values(profile.get(), names, &values) != 0) return {};
  std::vector<std::string> found;
  for (char** value = values; *value != nullptr; ++value) found.emplace_back(*value);
  profile_free_list(values);
  return found;
}

KdcServers Library::servers(const std::string& realm, KdcService service) const {
  KdcServers servers;
  servers.anchors = of_realm(realm, "http_anchors");
  servers.look_up = boolean("dns_lookup_kdc", boolean("dns_fallback", true));
  if (service == KdcService::Tickets) {
    servers.names = of_realm(realm, "kdc");
    return servers;
  }
  servers.names = of_realm(realm, "kpasswd_server");
  if (!servers.names.empty()) return servers;
  // krb5.conf(5): the host of the administration server, whose port is another's.
  for (const std::string& name : of_realm(realm, "admin_server")) {
    const std::size_t colon = name.rfind(':');
    const bool has_port = colon != std::string::npos && colon == name.find(':');
    servers.names.push_back(has_port ? name.substr(0, colon) : name);
  }
  return servers;
}

std::size_t Library::datagram_limit() const {
  constexpr std::size_t kDefault = 1465;  // krb5.conf(5)
  const std::string text = libdefault("udp_preference_limit", "");
  std::size_t limit = kDefault;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit;
}

// As libprofile reads them.
bool Library::boolean(const char* name, bool otherwise) const {
  profile_t opened = nullptr;
  if (krb5_get_profile(get(), &opened) != 0) return otherwise;
  const std::unique_ptr<_profile_t, ReleaseProfile> profile(opened);
  int found = otherwise ? 1 : 0;
  profile_get_boolean(profile.get(), "libdefaults", name, nullptr, found, &found);
  return found != 0;
}

void Library::set_time(FileTime now) const {
  krb5_timestamp ahead = 0;
  krb5_int32 ahead_us = 0;
  krb5_get_time_offsets(get(), &ahead, &ahead_us);
  if (ahead != 0 || ahead_us != 0) return;
  const std::int64_t us = static_cast<std::int64_t>(now / 10) - kUnixEpochUs;
  krb5_set_real_time(get(), static_cast<krb5_timestamp>(us / kUsPerSecond),
                     static_cast<krb5_int32>(us % kUsPerSecond));
}

std::int64_t Library::unix_time() const {
  krb5_timestamp now = 0;
  krb5_timeofday(get(), &now);
  return static_cast<std::uint32_t>(now);
}

void Library::Close::operator()(_krb5_context* context) const {
  krb5_free_context(context);
}

tl::unexpected<Error> failure(std::int32_t code, Status status, const char* why) {
  if (code == ENOMEM) return fail(Status::InsufficientMemory, "out of memory in libkrb5");
  return fail(status, why, 0, code);
}

}  // namespace opensspi::kerberos
