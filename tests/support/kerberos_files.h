// Credential caches and keytabs as libkrb5 itself writes them, in a folder of their own, with made
// up tickets; and an environment in which a process finds those and nothing of its user's.
#pragma once

#include <krb5.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Of libkrb5, though not in its header: what a KDC does.
extern "C" {
krb5_error_code krb5_encrypt_tkt_part(krb5_context context, const krb5_keyblock* key,
                                      krb5_ticket* ticket);
krb5_error_code encode_krb5_ticket(const krb5_ticket* ticket, krb5_data** code);
}

namespace opensspi::test {

// What a KDC says of the client inside a ticket: [MS-PAC].
struct MadePac {
  std::string client{};            // whom it is of, when not of the ticket's client
  std::string says = "whatever";   // its KERB_VALIDATION_INFO, which nobody here reads
  bool signed_by_another = false;  // not with the server's key
  std::size_t flipped = 0;         // the byte of it, counted from 1, that is changed afterwards
  std::size_t size = SIZE_MAX;     // cut to so many bytes afterwards
  std::size_t count = 1;           // so many of them
};

// A ticket that the service's keytab opens.
struct GoodTicket {
  std::string client, server;       // with their realms
  std::int64_t start = 0, end = 0;  // seconds since 1970
  krb5_enctype session_key = ENCTYPE_AES256_CTS_HMAC_SHA1_96;
  krb5_flags flags = 0;  // TKT_FLG_…
  std::optional<MadePac> pac{};
};

struct MadeTicket {
  std::string server;    // with its realm
  std::int64_t end = 0;  // seconds since 1970
  bool invalid = false;  // postdated and not validated yet
  std::string client{};  // empty: the cache's principal
};

// What a client that is not ours says in its authenticator.
struct MadeRequest {
  krb5_cksumtype checksum = 0;           // 0: the type that the key has
  std::optional<std::string> covered{};  // what the checksum is of; without: no checksum
  std::string ap_options{};              // KERB_AP_OPTIONS; empty: none
};

// Sets environment variables as long as it lives.
class ScopedVariables {
 public:
  ScopedVariables() = default;
  ScopedVariables(const ScopedVariables&) = delete;
  ScopedVariables& operator=(const ScopedVariables&) = delete;
  ~ScopedVariables() {
    for (const auto& [name, value] : before_) {
      if (value) setenv(name.c_str(), value->c_str(), 1);
      if (!value) unsetenv(name.c_str());
    }
  }
  void set(const std::string& name, const std::string& value) {
    const char* before = getenv(name.c_str());
    before_.emplace(name, before == nullptr ? std::nullopt : std::optional<std::string>(before));
    setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

class KerberosFiles {
 public:
  // KRB5CCNAME and KRB5_KTNAME name `cc` and `keytab` in the folder, which are not there yet.
  KerberosFiles() {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-kerberos-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) abort();
    folder_ = name;
    configure("");
    variables_.set("KRB5_CONFIG", path("krb5.conf"));
    variables_.set("KRB5CCNAME", "FILE:" + path("cc"));
    variables_.set("KRB5_KTNAME", "FILE:" + path("keytab"));
    must(krb5_init_context(&context_));
  }
  KerberosFiles(const KerberosFiles&) = delete;
  KerberosFiles& operator=(const KerberosFiles&) = delete;
  ~KerberosFiles() {
    krb5_free_context(context_);
    std::filesystem::remove_all(folder_);
  }

  // Whether the kernel has keyrings for this process; many containers refuse them.
  static bool has_keyrings() { return syscall(SYS_keyctl, 0, -2, 1) >= 0; }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] ScopedVariables& variables() { return variables_; }
  // More lines of [libdefaults].
  void configure(const std::string& lines) const {
    write_file("krb5.conf", "[libdefaults]\ndns_lookup_kdc = false\nrdns = false\n" + lines);
  }

  // A KRB-ERROR of libkrb5's code, by that server at that time, seconds since 1970.
  [[nodiscard]] std::vector<std::uint8_t> krb_error(std::int32_t code, const std::string& server,
                                                    std::int64_t time,
                                                    std::string e_data = {}) const {
    krb5_error error{};
    error.error = static_cast<krb5_ui_4>(code - ERROR_TABLE_BASE_krb5);
    error.stime = static_cast<krb5_timestamp>(time);
    error.server = parsed(server);
    error.e_data = {KV5M_DATA, static_cast<unsigned>(e_data.size()), e_data.data()};
    krb5_data der{};
    must(krb5_mk_error(context_, &error, &der));
    std::vector<std::uint8_t> bytes(der.data, der.data + der.length);
    krb5_free_data_contents(context_, &der);
    krb5_free_principal(context_, error.server);
    return bytes;
  }

  void make_cache(const std::string& name, const std::string& owner,
                  const std::vector<MadeTicket>& tickets) const {
    krb5_ccache cache = nullptr;
    must(krb5_cc_resolve(context_, name.c_str(), &cache));
    const krb5_principal principal = parsed(owner);
    must(krb5_cc_initialize(context_, cache, principal));
    for (const MadeTicket& ticket : tickets) {
      const krb5_principal client = parsed(ticket.client.empty() ? owner : ticket.client);
      const krb5_principal server = parsed(ticket.server);
      store(cache, client, server, ticket);
      krb5_free_principal(context_, server);
      krb5_free_principal(context_, client);
    }
    krb5_free_principal(context_, principal);
    must(krb5_cc_close(context_, cache));
  }
  // A cache of its own in a collection, as kinit makes one for another principal.
  void add_to_collection(const std::string& collection, const std::string& owner,
                         const std::vector<MadeTicket>& tickets) const {
    const std::string type = collection.substr(0, collection.find(':'));
    if (type == "DIR") std::filesystem::create_directory(collection.substr(type.size() + 1));
    must(krb5_cc_set_default_name(context_, collection.c_str()));
    krb5_ccache cache = nullptr;
    must(krb5_cc_new_unique(context_, type.c_str(), nullptr, &cache));
    char* name = nullptr;
    must(krb5_cc_get_full_name(context_, cache, &name));
    make_cache(name, owner, tickets);
    krb5_free_string(context_, name);
    must(krb5_cc_close(context_, cache));
  }

  // KERB_TICKET_LOGON's two: the ticket for `server` that is in one cache, and the first ticket of
  // another in a KRB-CRED, sealed under that one's key or not at all.
  [[nodiscard]] std::pair<std::string, std::string> make_ticket_logon(const std::string& name,
                                                                      const std::string& server,
                                                                      const std::string& granting,
                                                                      bool sealed) const {
    krb5_creds ticket = first_ticket(name, server), handed_over = first_ticket(granting, {});
    krb5_auth_context auth = nullptr;
    must(krb5_auth_con_init(context_, &auth));
    must(krb5_auth_con_setflags(context_, auth, 0));
    if (sealed) must(krb5_auth_con_setuseruserkey(context_, auth, &ticket.keyblock));
    krb5_data* message = nullptr;
    must(krb5_mk_1cred(context_, auth, &handed_over, &message, nullptr));
    std::pair<std::string, std::string> made{{ticket.ticket.data, ticket.ticket.length},
                                             {message->data, message->length}};
    krb5_free_data(context_, message);
    must(krb5_auth_con_free(context_, auth));
    krb5_free_cred_contents(context_, &ticket);
    krb5_free_cred_contents(context_, &handed_over);
    return made;
  }

  void make_keytab(const std::string& name, const std::vector<std::string>& principals) const {
    krb5_keytab keytab = nullptr;
    must(krb5_kt_resolve(context_, ("FILE:" + path(name)).c_str(), &keytab));
    for (const std::string& principal : principals) {
      for (const krb5_enctype type : {ENCTYPE_AES256_CTS_HMAC_SHA1_96, ENCTYPE_ARCFOUR_HMAC}) {
        krb5_keytab_entry entry{};
        entry.principal = parsed(principal);
        entry.vno = 1;
        must(krb5_c_make_random_key(context_, type, &entry.key));
        must(krb5_kt_add_entry(context_, keytab, &entry));
        krb5_free_keytab_entry_contents(context_, &entry);
      }
    }
    must(krb5_kt_close(context_, keytab));
  }

  // Adds a ticket to a cache that there is, under the key that `keytab` has of `key_of`, or of the
  // ticket's server.
  void add_ticket(const std::string& cache_name, const GoodTicket& ticket,
                  const std::string& keytab, const std::string& key_of = {}) const {
    krb5_keytab_entry entry = entry_of(keytab, key_of.empty() ? ticket.server : key_of);
    krb5_keyblock session{};
    must(krb5_c_make_random_key(context_, ticket.session_key, &session));
    const krb5_principal client = parsed(ticket.client), server = parsed(ticket.server);
    krb5_data* der = sealed_ticket(ticket, client, server, session, entry.key);
    krb5_creds made{};
    made.client = client;
    made.server = server;
    made.keyblock = session;
    made.times = times_of(ticket);
    made.ticket_flags = ticket.flags & ~TKT_FLG_INVALID;  // or nobody would use it
    made.ticket = *der;
    krb5_ccache cache = nullptr;
    must(krb5_cc_resolve(context_, cache_name.c_str(), &cache));
    must(krb5_cc_store_cred(context_, cache, &made));
    must(krb5_cc_close(context_, cache));
    krb5_free_data(context_, der);
    krb5_free_principal(context_, client);
    krb5_free_principal(context_, server);
    krb5_free_keyblock_contents(context_, &session);
    krb5_free_keytab_entry_contents(context_, &entry);
  }

  // An AP-REQ of `now`, bare, with a cache's ticket.
  [[nodiscard]] std::string make_ap_req(const std::string& cache_name, const std::string& server,
                                        std::int64_t now, const MadeRequest& request) const {
    must(krb5_set_real_time(context_, static_cast<krb5_timestamp>(now), 0));
    krb5_ccache cache = nullptr;
    must(krb5_cc_resolve(context_, cache_name.c_str(), &cache));
    krb5_creds wanted{}, *ticket = nullptr;
    must(krb5_cc_get_principal(context_, cache, &wanted.client));
    wanted.server = parsed(server);
    must(krb5_get_credentials(context_, KRB5_GC_CACHED, cache, &wanted, &ticket));
    krb5_auth_context session = nullptr;
    must(krb5_auth_con_init(context_, &session));
    must(krb5_auth_con_set_req_cksumtype(context_, session, request.checksum));
    std::string text = request.covered.value_or("");
    krb5_data covered{KV5M_DATA, static_cast<unsigned>(text.size()), text.data()}, der{};
    if (!request.ap_options.empty()) {
      krb5_free_authdata(context_, ticket->authdata);
      ticket->authdata = ap_options(request.ap_options);
    }
    must(krb5_mk_req_extended(context_, &session, 0, request.covered ? &covered : nullptr, ticket,
                              &der));
    std::string made(der.data, der.length);
    krb5_free_data_contents(context_, &der);
    krb5_auth_con_free(context_, session);
    krb5_free_creds(context_, ticket);
    krb5_free_cred_contents(context_, &wanted);
    must(krb5_cc_close(context_, cache));
    return made;
  }

  // A ticket-granting ticket in a KRB-CRED that no key seals.
  [[nodiscard]] std::string make_krb_cred(const std::string& client, std::int64_t end) const {
    const GoodTicket ticket{client, "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST", 0, end};
    krb5_creds made{};
    made.client = parsed(ticket.client);
    made.server = parsed(ticket.server);
    made.times = times_of(ticket);
    must(krb5_c_make_random_key(context_, ticket.session_key, &made.keyblock));
    krb5_data* der = sealed_ticket(ticket, made.client, made.server, made.keyblock, made.keyblock);
    made.ticket = *der;
    krb5_auth_context session = nullptr;
    must(krb5_auth_con_init(context_, &session));
    must(krb5_auth_con_setflags(context_, session, 0));
    krb5_data* message = nullptr;
    must(krb5_mk_1cred(context_, session, &made, &message, nullptr));
    std::string text(message->data, message->length);
    krb5_free_data(context_, message);
    krb5_auth_con_free(context_, session);
    krb5_free_data(context_, der);
    made.ticket = {};
    krb5_free_cred_contents(context_, &made);
    return text;
  }
  // The names of the tickets' servers in a cache.
  [[nodiscard]] std::vector<std::string> servers_in(const std::string& name) const {
    krb5_ccache cache = nullptr;
    must(krb5_cc_resolve(context_, name.c_str(), &cache));
    krb5_cc_cursor cursor = nullptr;
    must(krb5_cc_start_seq_get(context_, cache, &cursor));
    std::vector<std::string> servers;
    for (krb5_creds ticket{}; krb5_cc_next_cred(context_, cache, &cursor, &ticket) == 0;) {
      char* server = nullptr;
      must(krb5_unparse_name(context_, ticket.server, &server));
      servers.emplace_back(server);
      krb5_free_unparsed_name(context_, server);
      krb5_free_cred_contents(context_, &ticket);
    }
    krb5_cc_end_seq_get(context_, cache, &cursor);
    must(krb5_cc_close(context_, cache));
    return servers;
  }

  [[nodiscard]] std::string read_file(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void write_file(const std::string& name, const std::string& bytes) const {
    std::filesystem::remove(path(name));  // overwriting waits for the disk
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << bytes;
  }

 private:
  // For the server, or for any when it has no name.
  [[nodiscard]] krb5_creds first_ticket(const std::string& name, const std::string& server) const {
    krb5_ccache cache = nullptr;
    krb5_cc_cursor cursor = nullptr;
    must(krb5_cc_resolve(context_, name.c_str(), &cache));
    must(krb5_cc_start_seq_get(context_, cache, &cursor));
    krb5_creds found{};
    for (bool is_it = false; !is_it;) {
      krb5_free_cred_contents(context_, &found);
      must(krb5_cc_next_cred(context_, cache, &cursor, &found));
      char* text = nullptr;
      must(krb5_unparse_name(context_, found.server, &text));
      is_it = server.empty() || server == text;
      krb5_free_unparsed_name(context_, text);
    }
    must(krb5_cc_end_seq_get(context_, cache, &cursor));
    must(krb5_cc_close(context_, cache));
    return found;
  }
  void must(krb5_error_code code) const {
    if (code == 0) return;
    std::fprintf(stderr, "libkrb5: %s\n", krb5_get_error_message(context_, code));
    abort();
  }

  [[nodiscard]] krb5_principal parsed(const std::string& name) const {
    krb5_principal principal = nullptr;
    must(krb5_parse_name(context_, name.c_str(), &principal));
    return principal;
  }

  [[nodiscard]] krb5_keytab_entry entry_of(const std::string& keytab,
                                           const std::string& principal) const {
    krb5_keytab opened = nullptr;
    must(krb5_kt_resolve(context_, ("FILE:" + path(keytab)).c_str(), &opened));
    const krb5_principal name = parsed(principal);
    krb5_keytab_entry entry{};
    must(krb5_kt_get_entry(context_, opened, name, 0, ENCTYPE_AES256_CTS_HMAC_SHA1_96, &entry));
    krb5_free_principal(context_, name);
    must(krb5_kt_close(context_, opened));
    return entry;
  }

  [[nodiscard]] krb5_authdata** ap_options(std::string value) const {
    krb5_authdata options{KV5M_AUTHDATA, KRB5_AUTHDATA_AP_OPTIONS,
                          static_cast<unsigned>(value.size()),
                          reinterpret_cast<krb5_octet*>(value.data())};
    const std::array<krb5_authdata*, 2> list{&options, nullptr};
    krb5_authdata** made = nullptr;
    must(krb5_encode_authdata_container(context_, KRB5_AUTHDATA_IF_RELEVANT, list.data(), &made));
    return made;
  }

  static krb5_ticket_times times_of(const GoodTicket& ticket) {
    const auto start = static_cast<krb5_timestamp>(ticket.start);
    return {start, start, static_cast<krb5_timestamp>(ticket.end), 0};
  }

  [[nodiscard]] std::string signed_pac(const GoodTicket& ticket, const krb5_keyblock& key) const {
    constexpr krb5_ui_4 kLogonInfo = 1;
    krb5_pac pac = nullptr;
    must(krb5_pac_init(context_, &pac));
    std::string says = ticket.pac->says;
    const krb5_data info{KV5M_DATA, static_cast<unsigned>(says.size()), says.data()};
    must(krb5_pac_add_buffer(context_, pac, kLogonInfo, &info));
    const std::string& of = ticket.pac->client;
    const krb5_principal client = parsed(of.empty() ? ticket.client : of);
    krb5_keyblock kdc{};
    must(krb5_c_make_random_key(context_, ENCTYPE_AES256_CTS_HMAC_SHA1_96, &kdc));
    const krb5_keyblock& server = ticket.pac->signed_by_another ? kdc : key;
    krb5_data made{};
    must(krb5_pac_sign(context_, pac, times_of(ticket).authtime, client, &server, &kdc, &made));
    std::string bytes(made.data, made.length);
    krb5_free_data_contents(context_, &made);
    krb5_free_keyblock_contents(context_, &kdc);
    krb5_free_principal(context_, client);
    krb5_pac_free(context_, pac);
    return bytes;
  }

  // The caller frees it.
  [[nodiscard]] krb5_authdata** authdata_of(const GoodTicket& ticket,
                                            const krb5_keyblock& key) const {
    std::string bytes = signed_pac(ticket, key);
    const MadePac& pac = *ticket.pac;
    if (pac.flipped != 0) bytes.at(pac.flipped - 1) ^= 1;
    bytes.resize(std::min(bytes.size(), pac.size));
    krb5_authdata one{KV5M_AUTHDATA, KRB5_AUTHDATA_WIN2K_PAC, static_cast<unsigned>(bytes.size()),
                      reinterpret_cast<krb5_octet*>(bytes.data())};
    std::vector<krb5_authdata*> list(pac.count, &one);
    list.push_back(nullptr);
    krb5_authdata** made = nullptr;
    must(krb5_encode_authdata_container(context_, KRB5_AUTHDATA_IF_RELEVANT, list.data(), &made));
    return made;
  }

  // As it is on the wire; the caller frees it.
  [[nodiscard]] krb5_data* sealed_ticket(const GoodTicket& ticket, krb5_principal client,
                                         krb5_principal server, krb5_keyblock& session,
                                         const krb5_keyblock& key) const {
    krb5_enc_tkt_part inside{};
    inside.flags = ticket.flags;
    inside.session = &session;
    inside.client = client;
    inside.transited.tr_type = KRB5_DOMAIN_X500_COMPRESS;
    inside.times = times_of(ticket);
    if (ticket.pac) inside.authorization_data = authdata_of(ticket, key);
    krb5_ticket made{};
    made.server = server;
    made.enc_part2 = &inside;
    must(krb5_encrypt_tkt_part(context_, &key, &made));
    krb5_free_authdata(context_, inside.authorization_data);
    made.enc_part.kvno = 1;
    krb5_data* der = nullptr;
    must(encode_krb5_ticket(&made, &der));
    krb5_free_data_contents(context_, &made.enc_part.ciphertext);
    return der;
  }

  void store(krb5_ccache cache, krb5_principal client, krb5_principal server,
             const MadeTicket& ticket) const {
    std::string bytes = "no ticket that anybody would take", key(32, 'k');
    krb5_creds made{};
    made.client = client;
    made.server = server;
    made.keyblock.enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96;
    made.keyblock.length = static_cast<unsigned>(key.size());
    made.keyblock.contents = reinterpret_cast<krb5_octet*>(key.data());
    made.times.endtime = static_cast<krb5_timestamp>(static_cast<std::uint32_t>(ticket.end));
    made.ticket_flags = ticket.invalid ? TKT_FLG_INVALID : 0;
    made.ticket.data = bytes.data();
    made.ticket.length = static_cast<unsigned>(bytes.size());
    must(krb5_cc_store_cred(context_, cache, &made));
  }

  std::filesystem::path folder_;
  ScopedVariables variables_;
  krb5_context context_ = nullptr;
};

}  // namespace opensspi::test
