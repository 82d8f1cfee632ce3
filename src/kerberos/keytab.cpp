// Walking through keytabs with libkrb5.
#include "kerberos/keytab.h"

#include <krb5.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "kerberos/handles.h"

namespace opensspi::kerberos {
namespace {

struct OwnEntry {  // libkrb5 erases its key
  explicit OwnEntry(krb5_context its_context) : context(its_context) {}
  OwnEntry(const OwnEntry&) = delete;
  OwnEntry& operator=(const OwnEntry&) = delete;
  ~OwnEntry() { krb5_free_keytab_entry_contents(context, &value); }

  krb5_context context;
  krb5_keytab_entry value{};
};

class EntryCursor {
 public:
  EntryCursor(krb5_context context, krb5_keytab keytab) : context_(context), keytab_(keytab) {
    code_ = krb5_kt_start_seq_get(context_, keytab_, &cursor_);
    started_ = code_ == 0;
  }
  EntryCursor(const EntryCursor&) = delete;
  EntryCursor& operator=(const EntryCursor&) = delete;
  ~EntryCursor() {
    if (started_) krb5_kt_end_seq_get(context_, keytab_, &cursor_);
  }

  // False at the end, and when it goes no further.
  bool next(OwnEntry& entry) {
    if (code_ == 0) code_ = krb5_kt_next_entry(context_, keytab_, &entry.value, &cursor_);
    return code_ == 0;
  }
  // 0 when all was read.
  [[nodiscard]] krb5_error_code code() const { return code_ == KRB5_KT_END ? 0 : code_; }

 private:
  krb5_context context_;
  krb5_keytab keytab_;
  krb5_kt_cursor cursor_ = nullptr;
  krb5_error_code code_ = 0;
  bool started_ = false;
};

bool is_account_of_machine(const Principal& principal) {
  return principal.components.size() == 1 && principal.components.front().ends_with('$');
}

bool is_host(const Principal& principal) {
  return principal.components.size() == 2 && principal.components.front() == "host";
}

const Principal* first_of(const Keytab& keytab, bool (*is_wanted)(const Principal&)) {
  const auto found = std::ranges::find_if(keytab.principals, is_wanted);
  return found == keytab.principals.end() ? nullptr : &*found;
}

// The keys of a principal stand in a keytab one by one.
void add(Principal principal, std::vector<Principal>& principals) {
  const auto same = std::ranges::find(principals, principal.text, &Principal::text);
  if (same == principals.end()) principals.push_back(std::move(principal));
}

// Why there are no principals.
tl::unexpected<Error> no_principals(krb5_error_code code) {
  switch (code) {
    case EACCES:
    case EPERM:
      return fail(Status::NotOwner, "there is a keytab, which the caller may not read", 0, code);
    case ENOENT:
    case ENOTDIR:
    case KRB5_KT_NOTFOUND:
      return fail(Status::NoCredentials, "there is no keytab", 0, code);
    case 0:
      return fail(Status::NoCredentials, "there are no keys in the keytab");
    default:
      return failure(code, Status::NoCredentials, "the keytab is damaged");
  }
}

}  // namespace

Result<Keytab> read_keytab(const Library& library, const std::string& name) {
  const krb5_context context = library.get();
  krb5_keytab opened = nullptr;
  const krb5_error_code code = name.empty() ? krb5_kt_default(context, &opened)
                                            : krb5_kt_resolve(context, name.c_str(), &opened);
  const OwnKeytab open(opened, Release{context});
  if (code != 0) return failure(code, Status::NoCredentials, "the keytab's name is not valid");

  Keytab keytab;
  std::array<char, 1024> full_name{};
  if (krb5_kt_get_name(context, open.get(), full_name.data(), full_name.size()) != 0) {
    return fail(Status::NoCredentials, "the keytab's name is too long");
  }
  keytab.name = full_name.data();

  EntryCursor cursor(context, open.get());
  for (bool more = true; more;) {
    OwnEntry entry(context);
    more = cursor.next(entry);
    if (!more) continue;
    auto principal = read_principal(library, *entry.value.principal);
    if (!principal && principal.error().status == Status::InsufficientMemory) {
      return fail(principal.error());
    }
    if (!principal) continue;
    keytab.keys.push_back({principal->text, entry.value.vno, entry.value.key.enctype});
    add(*std::move(principal), keytab.principals);
  }
  if (keytab.principals.empty()) return no_principals(cursor.code());
  return keytab;
}

std::string enctype_name(std::int32_t enctype) {
  std::array<char, 64> name{};
  if (krb5_enctype_to_name(enctype, false, name.data(), name.size()) != 0) {
    return std::to_string(enctype);
  }
  return name.data();
}

bool is_weak(std::int32_t enctype) {
  return enctype < ENCTYPE_AES128_CTS_HMAC_SHA1_96 || enctype == ENCTYPE_ARCFOUR_HMAC ||
         enctype == ENCTYPE_ARCFOUR_HMAC_EXP;
}

const Principal* find_principal(const Keytab& keytab, const PrincipalName& name) {
  const Principal* found = nullptr;
  Match best = Match::None;
  for (const Principal& principal : keytab.principals) {
    const Match match = name.match(principal);
    if (match <= best) continue;
    best = match;
    found = &principal;
  }
  return found;
}

const Principal* machine_principal(const Keytab& keytab) {
  const Principal* account = machine_account(keytab);
  return account != nullptr ? account : first_of(keytab, is_host);
}

const Principal* machine_account(const Keytab& keytab) {
  return first_of(keytab, is_account_of_machine);
}

}  // namespace opensspi::kerberos
