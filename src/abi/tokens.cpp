// Who a server's client is, and acting as it: QuerySecurityContextToken,
// ImpersonateSecurityContext, RevertSecurityContext, CloseHandle.
#include "abi/tokens.h"

#include "abi/arguments.h"
#include "abi/attributes.h"
#include "abi/guard.h"
#include "abi/module.h"
#include "abi/win32_error.h"
#include "logon/impersonation.h"

namespace opensspi::abi {
namespace {

void* handle_from(TokenTable::Handle handle) {
  return reinterpret_cast<void*>(handle);
}

// The same for the calls that the context of a client refuses in another way.
Result<SharedToken> client_of(const ContextEntry& entry) {
  auto token = token_of(entry);
  if (token || token.error().status != Status::UnsupportedFunction) return token;
  return fail(Status::NoImpersonation,
              "only the context of a server whose package knows accounts has a client");
}

// The handle by which this thread acts as a client.
thread_local Ticket impersonated;

// The user is looked up, which may wait, while others may call on the context.
Result<void> impersonate(const SecHandle* context) {
  TRY_ASSIGN(const SharedToken token, on_established(context, client_of));
  const Result<void> done = [&]() -> Result<void> {
    TRY_ASSIGN(const logon::UnixUser* const user, token->unix_user());
    return logon::impersonate(*user, token->client().delegated_tickets);
  }();
  if (done) {
    impersonated = ticket_of(*context);
  } else {
    static_cast<void>(on_established(context, [&](ContextEntry&) { return done; }));
  }
  return done;
}

Result<void> revert(const SecHandle* context) {
  const bool began_with_it =
      context != nullptr && impersonated != Ticket{} && ticket_of(*context) == impersonated;
  if (!began_with_it) TRY(find_context(context));
  logon::revert();
  impersonated = {};
  return {};
}

}  // namespace

Result<SharedToken> token_of(const ContextEntry& entry) {
  if (entry.client.token == nullptr) {
    using Answer = std::shared_ptr<const AccessToken>;
    TRY_ASSIGN(Answer client, ask<Answer>(entry, AttributeId::AccessToken));
    entry.client.token =
        std::make_shared<logon::ClientToken>(std::move(client), logon::user_database());
  }
  return entry.client.token;
}

Result<void> write_access_token(const ContextEntry& entry, SecPkgContext_AccessToken& out) {
  TRY_ASSIGN(SharedToken token, token_of(entry));
  if (entry.client.lent == 0) {
    TRY_ASSIGN(entry.client.lent, Module::instance().tokens().lend(std::move(token)));
  }
  out.AccessToken = handle_from(entry.client.lent);
  return {};
}

}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY QuerySecurityContextToken(PCtxtHandle phContext,
                                                                    void** Token) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(SharedToken token, on_established(phContext, client_of));
    TRY(need({Token}));
    TRY_ASSIGN(const auto handle, Module::instance().tokens().open(std::move(token)));
    *Token = handle_from(handle);
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY ImpersonateSecurityContext(PCtxtHandle phContext) {
  return guard([&] { return impersonate(phContext); });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY RevertSecurityContext(PCtxtHandle phContext) {
  return guard([&] { return revert(phContext); });
}

OPENSSPI_EXPORT BOOL WINAPI opensspi_close_handle(HANDLE handle) {
  return guard_bool([&] {
    return Module::instance().tokens().close(reinterpret_cast<TokenTable::Handle>(handle));
  });
}
