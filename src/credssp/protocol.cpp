// What both sides of the protocol share.
#include "credssp/protocol.h"

#include <utility>

namespace opensspi::credssp {
namespace {

// The answer's value when the context has that attribute.
template <class T>
std::optional<T> ask(const Context& inner, AttributeId id) {
  Result<Attribute> answer = inner.query(id);
  if (!answer) return std::nullopt;
  T* value = std::get_if<T>(&*answer);
  if (value == nullptr) return std::nullopt;
  return std::move(*value);
}

}  // namespace

std::optional<MechanismInUse> mechanism_of(const Context& inner) {
  if (auto in_use = ask<MechanismInUse>(inner, AttributeId::Mechanism)) return in_use;
  const auto package = ask<const PackageInfo*>(inner, AttributeId::PackageInfo);
  return package ? std::optional(MechanismInUse{*package}) : std::nullopt;
}

InnerFacts facts_of(const Context& inner) {
  InnerFacts facts;
  facts.mechanism = mechanism_of(inner);
  facts.names = ask<Names>(inner, AttributeId::Names);
  facts.access_token =
      ask<std::shared_ptr<const AccessToken>>(inner, AttributeId::AccessToken).value_or(nullptr);
  facts.lifespan = ask<Lifespan>(inner, AttributeId::Lifespan);
  if (auto key = ask<SessionKey>(inner, AttributeId::SessionKey)) {
    facts.session_key = std::move(key->key);
  }
  const auto flags = ask<ContextFlags>(inner, AttributeId::Flags);
  facts.mutual_auth = flags && has(*flags, ContextFlags::MutualAuth);
  return facts;
}

const Bytes* nego_token(const TsRequest& request) {
  return request.nego_tokens.empty() ? nullptr : &request.nego_tokens.front();
}

}  // namespace opensspi::credssp
