// libkrb5 reads KRB-CRED, and its memory caches keep what is in it.
#include "kerberos/delegation.h"

#include <krb5.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "base/secret.h"
#include "kerberos/krb_cred.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {
namespace {

struct FreeTickets {
  krb5_context context;
  void operator()(krb5_creds** tickets) const { krb5_free_tgt_creds(context, tickets); }
};
using OwnTickets = std::unique_ptr<krb5_creds*, FreeTickets>;

constexpr char kMalformed[] = "the tickets that the client hands over are malformed";

Result<void> checked(krb5_error_code code, const char* why) {
  if (code != 0) return failure(code, Status::InternalError, why);
  return {};
}

Result<OwnCache> open_cache(const Library& library, const std::string& name) {
  krb5_ccache opened = nullptr;
  const auto code = krb5_cc_resolve(library.get(), name.c_str(), &opened);
  if (code != 0) return failure(code, Status::InvalidParameter, "that is no name of a cache");
  return OwnCache(opened, Release{library.get()});
}

// What may seal a KRB-CRED: the key that the client chose, and the ticket's.
struct Keys {
  OwnKey chosen, of_ticket;
};

Result<Keys> keys_of(const ApSession& session) {
  const krb5_context context = session.context();
  krb5_keyblock* found = nullptr;
  TRY(checked(krb5_auth_con_getrecvsubkey(context, session.auth(), &found), kMalformed));
  OwnKey chosen(found, Release{context});
  TRY(checked(krb5_auth_con_getkey(context, session.auth(), &found), kMalformed));
  return Keys{std::move(chosen), OwnKey(found, Release{context})};
}

// Older clients of MIT's seal it no further than by the authenticator around it.
Result<SecretBytes> open_part(const ApSession& session, const KrbCred& message, const Keys& keys) {
  constexpr krb5_keyusage kOfKrbCred = 14;  // RFC 4120 7.5.1
  if (message.enctype == 0) return SecretBytes(message.cipher);
  SecretBytes opened(message.cipher.size());
  const auto enctype = static_cast<krb5_enctype>(message.enctype);
  const krb5_enc_data sealed{KV5M_ENC_DATA, enctype, 0, data_of(message.cipher)};
  for (const OwnKey* key : {&keys.chosen, &keys.of_ticket}) {
    krb5_data part = data_of(opened.expose());
    if (*key == nullptr ||
        krb5_c_decrypt(session.context(), key->get(), kOfKrbCred, nullptr, &sealed, &part) != 0) {
      continue;
    }
    return SecretBytes(opened.expose().first(part.length));
  }
  return fail(Status::InvalidToken, kMalformed);
}

// Times and numbers are not looked at: those of the authenticator around it have been.
Result<OwnTickets> read(const ApSession& session, ByteView krb_cred) {
  const krb5_context context = session.context();
  TRY_ASSIGN(const KrbCred message, KrbCred::parse(krb_cred));
  TRY_ASSIGN(const Keys keys, keys_of(session));
  TRY_ASSIGN(const SecretBytes part, open_part(session, message, keys));
  TRY(check_enc_krb_cred_part(part.expose(), message.num_tickets));
  krb5_auth_context made = nullptr;
  TRY(checked(krb5_auth_con_init(context, &made), kMalformed));
  const OwnAuthContext opening(made, Release{context});
  krb5_auth_con_setflags(context, made, 0);
  if (message.enctype != 0) {
    TRY(checked(krb5_auth_con_setuseruserkey(context, made, keys.of_ticket.get()), kMalformed));
    TRY(checked(krb5_auth_con_setrecvsubkey(context, made, keys.chosen.get()), kMalformed));
  }
  krb5_data data = data_of(krb_cred);
  krb5_creds** found = nullptr;
  const auto code = krb5_rd_cred(context, made, &data, &found, nullptr);
  OwnTickets tickets(found, FreeTickets{context});
  if (code != 0) return failure(code, Status::InvalidToken, kMalformed);
  return tickets;
}

// A cache that ends with its owner: its name opens it only in this process, and only meanwhile.
class MemoryCache final : public DelegatedTickets {
 public:
  static Result<std::shared_ptr<const DelegatedTickets>> make(const OwnTickets& tickets,
                                                              const krb5_principal_data& client) {
    TRY_ASSIGN(Library library, Library::open(Configuration::Machines));
    const krb5_context context = library.get();
    krb5_ccache made = nullptr;
    TRY(checked(krb5_cc_new_unique(context, "MEMORY", nullptr, &made), kNoCache));
    // Whatever fails from here on, the cache goes.
    std::shared_ptr<MemoryCache> cache(
        new MemoryCache(std::move(library), OwnCache(made, Release{context})));
    TRY(checked(krb5_cc_initialize(context, made, const_cast<krb5_principal_data*>(&client)),
                kNoCache));
    for (krb5_creds** ticket = tickets.get(); *ticket != nullptr; ++ticket) {
      TRY(checked(krb5_cc_store_cred(context, made, *ticket), kNoCache));
      const auto end = static_cast<std::uint32_t>((*ticket)->times.endtime);
      cache->expiry_ = std::max(cache->expiry_, file_time_of_unix(end));
    }
    TRY_ASSIGN(const Principal owner, read_principal(cache->library_, client));
    cache->client_ = owner.text;
    return cache;
  }
  MemoryCache(const MemoryCache&) = delete;
  MemoryCache& operator=(const MemoryCache&) = delete;
  ~MemoryCache() override { krb5_cc_destroy(library_.get(), cache_.release()); }

  [[nodiscard]] const std::string& cache() const override { return name_; }
  [[nodiscard]] const std::string& client() const override { return client_; }
  [[nodiscard]] FileTime expiry() const override { return expiry_; }
  [[nodiscard]] Result<void> store(const std::string& cache) const override;

 private:
  static constexpr char kNoCache[] = "libkrb5 keeps no tickets in memory";

  MemoryCache(Library library, OwnCache cache)
      : library_(std::move(library)),
        cache_(std::move(cache)),
        name_(std::string("MEMORY:") + krb5_cc_get_name(library_.get(), cache_.get())) {}

  Library library_;
  OwnCache cache_;
  std::string name_, client_;
  FileTime expiry_ = 0;
};

tl::unexpected<Error> not_stored(krb5_error_code code) {
  const bool refused = code == KRB5_FCC_PERM || code == EACCES || code == EPERM;
  return failure(code, refused ? Status::NotOwner : Status::InternalError,
                 refused ? "the cache is not this user's to write"
                         : "the tickets could not be written to that cache");
}

// libkrb5 makes files for their owner alone, and never follows what lies there already.
Result<void> MemoryCache::store(const std::string& cache) const {
  TRY_ASSIGN(const Library library, Library::open(Configuration::Machines));
  const krb5_context context = library.get();
  TRY_ASSIGN(const OwnCache source, open_cache(library, name_));
  TRY_ASSIGN(OwnCache target, open_cache(library, cache));
  krb5_principal found = nullptr;
  TRY(checked(krb5_cc_get_principal(context, source.get(), &found), kNoCache));
  const OwnPrincipal owner(found, Release{context});
  auto code = krb5_cc_initialize(context, target.get(), owner.get());
  if (code != 0) return not_stored(code);
  code = krb5_cc_copy_creds(context, source.get(), target.get());
  if (code == 0) return {};
  krb5_cc_destroy(context, target.release());  // nobody is to find half of them
  return not_stored(code);
}

}  // namespace

Result<std::shared_ptr<const DelegatedTickets>> take_delegated_tickets(
    const ApSession& session, ByteView krb_cred, const krb5_principal_data& client) {
  TRY_ASSIGN(const OwnTickets tickets, read(session, krb_cred));
  for (krb5_creds** ticket = tickets.get(); *ticket != nullptr; ++ticket) {
    if (krb5_principal_compare(session.context(), (*ticket)->client, &client) == 0) {
      return fail(Status::InvalidToken, "the tickets that the client hands over are another's");
    }
  }
  return MemoryCache::make(tickets, client);
}

}  // namespace opensspi::kerberos
