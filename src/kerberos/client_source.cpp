// Choosing among a session's tickets.
#include "kerberos/client_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kerberos/keytab.h"
#include "kerberos/session.h"

namespace opensspi::kerberos {
namespace {

// The name that the caller gave; none for whoever the session belongs to.
using Wanted = std::optional<PrincipalName>;

Result<Wanted> wanted_principal(const Library& library, const AcquireRequest& request) {
  if (request.principal.empty()) return Wanted();
  TRY_ASSIGN(PrincipalName name, PrincipalName::parse(library, request.principal));
  return Wanted(std::move(name));
}

Match match(const Wanted& wanted, const Principal& principal) {
  return wanted ? wanted->match(principal) : Match::Exact;
}

// What the caches of a session hold of the principal.
struct Survey {
  std::optional<TicketCache> best;
  Match match = Match::None;
  bool any = false;      // there is a cache, whosever
  bool expired = false;  // there were tickets of the principal
  bool refused = false, damaged = false;

  [[nodiscard]] bool is_as_good_as_can_be() const {
    return best && best->tickets == Tickets::Granting && match == Match::Exact;
  }
};

void weigh(TicketCache cache, const Wanted& wanted, Survey& survey) {
  survey.any = true;
  const Match how_well = match(wanted, cache.principal);
  if (how_well == Match::None) return;
  survey.expired |= cache.tickets == Tickets::Expired;
  if (cache.tickets <= Tickets::Expired) return;
  if (survey.best &&
      std::pair(cache.tickets, how_well) <= std::pair(survey.best->tickets, survey.match)) {
    return;
  }
  survey.best = std::move(cache);
  survey.match = how_well;
}

Result<Survey> survey_caches(const Library& library, const std::vector<std::string>& names,
                             const Wanted& wanted, FileTime now, const KcmAnswers& kcm_answers) {
  Survey survey;
  for (const std::string& name : names) {
    TRY_ASSIGN(CacheCollection found, read_caches(library, name, now, kcm_answers));
    survey.refused |= found.refused;
    survey.damaged |= found.damaged;
    for (TicketCache& cache : found.caches) weigh(std::move(cache), wanted, survey);
    if (survey.is_as_good_as_can_be()) break;
  }
  return survey;
}

Source cached_source(TicketCache cache, Configuration configuration,
                     std::shared_ptr<const DelegatedTickets> owner = nullptr) {
  return {CacheName{std::move(cache.name), std::move(owner)}, cache.principal.text,
          cache.principal.text, cache.expiry, configuration};
}

// Who logged on under that name, or any for none. A session compares names as they are written, so
// a name with a realm is also tried without, and the answer looked at here.
Result<StoredIdentity> logged_on(const AcquireRequest& request, const Wanted& wanted) {
  Result<StoredIdentity> found = session_identity(request, request.principal);
  if (found || !wanted || found.error().status != Status::NoCredentials) return found;
  const std::string user = wanted->user();
  if (user.empty() || user == request.principal) return found;
  found = session_identity(request, user);
  if (found &&
      wanted->match({{found->identity->user}, found->identity->domain, {}}) == Match::None) {
    return fail(Status::NoCredentials, "another of that name has logged on");
  }
  return found;
}

tl::unexpected<Error> nobody(const Survey& survey, bool named) {
  if (survey.expired) {
    return fail(Status::NoCredentials, "the tickets have expired: run kinit or opensspi login");
  }
  if (survey.refused) {
    return fail(Status::NotOwner, "there is a ticket cache, which the caller may not read");
  }
  if (named && survey.any) {
    return fail(Status::UnknownCredentials, "no ticket cache is of that principal");
  }
  if (survey.damaged) {
    return fail(Status::NoCredentials, "the ticket cache is damaged: run kinit");
  }
  return fail(Status::NoCredentials,
              "no ticket cache holds a valid ticket: run kinit or opensspi login");
}

Result<Source> find_in_session(const AcquireRequest& request, Configuration configuration,
                               FileTime now, const KcmAnswers& kcm_answers) {
  TRY_ASSIGN(const Library library, Library::open(configuration));
  TRY_ASSIGN(const Wanted wanted, wanted_principal(library, request));
  // Windows: a client whom the thread acts as is who it is to others, too.
  if (auto tickets = request.session->delegated_tickets()) {
    TRY_ASSIGN(Survey handed_over,
               survey_caches(library, {tickets->cache()}, wanted, now, kcm_answers));
    if (handed_over.best) {
      return cached_source(*std::move(handed_over.best), configuration, std::move(tickets));
    }
  }
  TRY_ASSIGN(Survey survey,
             survey_caches(library, request.session->kerberos_caches(), wanted, now, kcm_answers));
  if (survey.best) return cached_source(*std::move(survey.best), configuration);

  Result<StoredIdentity> identity = logged_on(request, wanted);
  if (identity) return source_of(*identity, configuration);
  if (identity.error().status == Status::NotOwner && !survey.expired) {
    return fail(identity.error());
  }
  survey.any |= wanted && session_identity(request, {});
  return nobody(survey, wanted.has_value());
}

Result<Source> find_in_keytab(const AcquireRequest& request) {
  TRY_ASSIGN(const Library library, Library::open(Configuration::Machines));
  TRY_ASSIGN(const Wanted wanted, wanted_principal(library, request));
  TRY_ASSIGN(const Keytab keytab, read_keytab(library, {}));
  const Principal* principal = wanted ? find_principal(keytab, *wanted) : machine_principal(keytab);
  if (principal != nullptr) {
    return Source{KeytabName{keytab.name}, principal->text, principal->text};
  }
  if (wanted) return fail(Status::UnknownCredentials, "the keytab has no keys of that principal");
  return fail(Status::NoCredentials, "the keytab has no keys of this machine: NAME$ or host/…");
}

}  // namespace

Result<Source> find_client_source(const AcquireRequest& request, FileTime now,
                                  const KcmAnswers& kcm_answers) {
  const SessionKind kind = kind_of(request.session.get());
  if (request.auth_data.identity != nullptr) {
    return source_of({request.auth_data.identity}, configuration_for(kind));
  }
  if (request.supplied_only) {
    return fail(Status::NoCredentials, "only credentials that the caller supplies may be used");
  }
  switch (kind) {
    case SessionKind::Machines:
      return find_in_keytab(request);
    case SessionKind::Callers:
    case SessionKind::Anothers:
      return find_in_session(request, configuration_for(kind), now, kcm_answers);
    case SessionKind::Nobodys:
      break;
  }
  return fail(Status::NoCredentials, "the logon session is nobody's and holds no tickets");
}

}  // namespace opensspi::kerberos
