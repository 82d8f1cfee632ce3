// The one exchange that libkrb5 has no steps for: a hook of its takes the message before a socket
// is opened. The hook is not asked before libkrb5 has found the realm a KDC, by DNS if it must; so
// this is done under a configuration that has one for each realm.
#include "kerberos/forwarded_ticket.h"

#include <krb5.h>
#include <profile.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "kerberos/ap_session.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {
namespace {

// The library's configuration, which `behind` is, but for the KDCs of realms.
struct WithKdcs {
  static long get_values(void* behind, const char* const* names, char*** values) {
    constexpr std::size_t kDepth = 3;
    const auto* const* name = names;
    while (*name != nullptr) ++name;
    if (name - names != kDepth || std::string_view(names[0]) != "realms" ||
        std::string_view(names[2]) != "kdc") {
      return profile_get_values(static_cast<profile_t>(behind), names, values);
    }
    // As profile_free_list frees them.
    *values = static_cast<char**>(std::calloc(2, sizeof(char*)));
    if (*values == nullptr) return ENOMEM;
    (*values)[0] = strdup("127.0.0.1");  // never asked
    return 0;
  }
  static void free_values(void* /*behind*/, char** values) { profile_free_list(values); }
};

struct ReleaseProfile {
  void operator()(_profile_t* profile) const { profile_release(profile); }
};
struct FreeContext {
  void operator()(_krb5_context* context) const { krb5_free_context(context); }
};

// A context of libkrb5, and the configuration behind its own, which must outlive it.
struct ForwardingContext {
  std::unique_ptr<_profile_t, ReleaseProfile> behind;
  std::unique_ptr<_krb5_context, FreeContext> context;

  // At the library's time. Without a context when it cannot be made.
  static ForwardingContext make(const Library& library) {
    ForwardingContext made;
    profile_t behind = nullptr, profile = nullptr;
    if (krb5_get_profile(library.get(), &behind) != 0) return made;
    made.behind.reset(behind);
    profile_vtable functions{};
    functions.minor_ver = 1;
    functions.get_values = WithKdcs::get_values;
    functions.free_values = WithKdcs::free_values;
    if (profile_init_vtable(&functions, behind, &profile) != 0) return made;
    const std::unique_ptr<_profile_t, ReleaseProfile> own(profile);
    krb5_context context = nullptr;
    if (krb5_init_context_profile(profile, KRB5_INIT_CONTEXT_SECURE, &context) != 0) return made;
    made.context.reset(context);
    krb5_timestamp seconds = 0;
    krb5_int32 us = 0;
    krb5_us_timeofday(library.get(), &seconds, &us);
    krb5_set_real_time(context, seconds, us);
    return made;
  }
};

struct Hook {
  KdcExchange kdc;

  static krb5_error_code send(krb5_context context, void* hook, const krb5_data* realm,
                              const krb5_data* message, krb5_data** /*new_message*/,
                              krb5_data** reply) {
    auto& kdc = static_cast<Hook*>(hook)->kdc;
    try {
      const Result<Bytes> answer =
          kdc.ask(std::string(realm->data, realm->length), KdcService::Tickets,
                  {reinterpret_cast<const std::uint8_t*>(message->data), message->length});
      if (!answer) return KRB5_KDC_UNREACH;
      const krb5_data data = data_of(*answer);
      return krb5_copy_data(context, &data, reply);
    } catch (const std::bad_alloc&) {
      return ENOMEM;  // libkrb5's own frames are not to be flown through
    }
  }
};

}  // namespace

Bytes forwarded_ticket(const Library& library, const KdcWay& way, _krb5_ccache& cache,
                       _krb5_creds& ticket) {
  const ForwardingContext forwarding = ForwardingContext::make(library);
  const auto& context = forwarding.context;
  krb5_auth_context made = nullptr;
  if (context == nullptr || krb5_auth_con_init(context.get(), &made) != 0) return {};
  const OwnAuthContext auth(made, Release{context.get()});
  krb5_auth_con_setflags(context.get(), made, 0);
  Hook hook{KdcExchange(library, way, realm_of(*ticket.client))};
  krb5_set_kdc_send_hook(context.get(), &Hook::send, &hook);
  krb5_data message{};
  if (krb5_auth_con_setuseruserkey(context.get(), made, &ticket.keyblock) != 0 ||
      krb5_fwd_tgt_creds(context.get(), made, nullptr, ticket.client, ticket.server, &cache, 1,
                         &message) != 0) {
    return {};
  }
  Bytes written = take(library, message);
  if (written.size() > std::numeric_limits<std::uint16_t>::max()) return {};
  return written;
}

}  // namespace opensspi::kerberos
