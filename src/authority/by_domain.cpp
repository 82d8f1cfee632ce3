// Windows asks in this order too: its own accounts for its own name, both for none.
#include "authority/by_domain.h"

#include <utility>

#include "authority/account_names.h"

namespace opensspi::authority {
namespace {

template <class Answer>
bool knows_nobody(const Answer& answer) {
  return !answer && (answer.error().nt_status == nt_status::kNoSuchUser ||
                     answer.error().status == Status::NoAuthenticatingAuthority);
}

// The domain in a user principal name, which is sent as the user's name alone.
std::string_view suffix_of(std::string_view user) {
  const std::size_t at = user.rfind('@');
  return at == std::string_view::npos ? std::string_view() : user.substr(at + 1);
}

}  // namespace

ByDomain::ByDomain(std::shared_ptr<Authority> accounts, std::shared_ptr<Authority> domain)
    : accounts_(std::move(accounts)), domain_(std::move(domain)) {}

Result<HostNames> ByDomain::names() {
  Result<HostNames> names = domain_->names();
  return names ? names : accounts_->names();
}

template <class Answer, class Question>
Answer ByDomain::route(const Question& question, Answer (Authority::*ask)(const Question&)) {
  const std::string_view suffix = suffix_of(question.user);
  const std::string_view named = question.domain.empty() ? suffix : question.domain;
  if (named.empty()) {
    Answer answer = ((*accounts_).*ask)(question);
    return knows_nobody(answer) ? ((*domain_).*ask)(question) : std::move(answer);
  }
  // The machine's own names first: its accounts do not wait for the domain.
  for (Authority* const who : {accounts_.get(), domain_.get()}) {
    const Result<HostNames> host = who->names();
    if (host && is_this_machine(named, *host)) return ((*accounts_).*ask)(question);
    if (!host && who == domain_.get()) return fail(host.error());
  }
  return ((*domain_).*ask)(question);
}

Result<NtlmLogon> ByDomain::validate(const NtlmResponse& response) {
  return route(response, &Authority::validate);
}

Result<std::shared_ptr<const AccessToken>> ByDomain::identify(ByteView pac) {
  return domain_->identify(pac);
}

Result<void> ByDomain::change_password(const PasswordChange& change) {
  return route(change, &Authority::change_password);
}

}  // namespace opensspi::authority
