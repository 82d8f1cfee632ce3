// opensspi.h: what is in a token, in one block with all that it points to.
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/module.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

constexpr std::uint32_t kNoId = 0xFFFFFFFF;  // nobody's; 0 would be root's

// Writes behind one another what stands behind the structure.
class Tail {
 public:
  explicit Tail(std::uint8_t* begin) : next_(begin) {}

  template <class T>
  T* take(std::size_t count) {
    auto* const begin = reinterpret_cast<T*>(next_);
    next_ += count * sizeof(T);
    return begin;
  }
  const char* put(std::string_view text) {
    char* const begin = take<char>(text.size() + 1);
    std::memcpy(begin, text.data(), text.size());
    return begin;
  }

 private:
  std::uint8_t* next_;
};

// What the machine calls the user; the number where that is no text.
std::string name_of(const logon::UnixUser& user) {
  return utf8_to_utf16(user.name) ? user.name : std::to_string(user.uid);
}

std::size_t size_of(const AccessToken& client, const logon::UnixUser& user,
                    const std::string& unix_name) {
  std::size_t size = sizeof(opensspi_token) + client.group_sids.size() * sizeof(const char*) +
                     user.groups.size() * sizeof(std::uint32_t) + client.user.size() +
                     client.domain.size() + client.user_sid.size() + unix_name.size() + 4;
  for (const std::string& sid : client.group_sids) size += sid.size() + 1;
  return size;
}

// `user` is null when nobody stands for the client, for the reason `why_none`.
opensspi_token* write(const AccessToken& client, const logon::UnixUser* user,
                      const char* why_none) {
  static const logon::UnixUser kNobody{"", kNoId, kNoId, {}};
  const std::string unix_name = user != nullptr ? name_of(*user) : std::string();
  if (user == nullptr) user = &kNobody;

  auto block = make_block<opensspi_token>(size_of(client, *user, unix_name));
  Tail tail(reinterpret_cast<std::uint8_t*>(block.get() + 1));
  auto** const sids = tail.take<const char*>(client.group_sids.size());
  auto* const groups = tail.take<std::uint32_t>(user->groups.size());
  std::copy(user->groups.begin(), user->groups.end(), groups);
  opensspi_token& out = *block;
  out.size = sizeof out;
  out.anonymous = client.anonymous ? 1 : 0;
  out.user = tail.put(client.user);
  out.domain = tail.put(client.domain);
  out.user_sid = tail.put(client.user_sid);
  for (std::size_t i = 0; i < client.group_sids.size(); ++i)
    sids[i] = tail.put(client.group_sids[i]);
  out.group_sids = sids;
  out.num_group_sids = static_cast<std::uint32_t>(client.group_sids.size());
  out.groups = groups;
  out.num_groups = static_cast<std::uint32_t>(user->groups.size());
  out.unix_user = tail.put(unix_name);
  out.uid = user->uid;
  out.gid = user->gid;
  out.no_unix_user = why_none;
  if (client.delegated_tickets != nullptr) out.tickets_expire = client.delegated_tickets->expiry();
  return block.release();
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_token_read(HANDLE token, opensspi_token** contents) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const SharedToken found,
               Module::instance().tokens().find(reinterpret_cast<TokenTable::Handle>(token)));
    TRY(need({contents}));
    const auto user = found->unix_user();
    *contents = write(found->client(), user ? *user : nullptr, user ? "" : user.error().why);
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_token_store_tickets(HANDLE token, const char* cache) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const SharedToken found,
               Module::instance().tokens().find(reinterpret_cast<TokenTable::Handle>(token)));
    if (cache == nullptr || *cache == '\0')
      return fail(Status::InvalidParameter, "there is no name of a cache");
    const auto& tickets = found->client().delegated_tickets;
    if (tickets == nullptr) return fail(Status::NoCredentials, "the client handed over no tickets");
    return tickets->store(cache);
  });
}
