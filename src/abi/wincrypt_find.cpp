// wincrypt.h: looking for certificates in stores.
#include <algorithm>
#include <cstring>
#include <span>

#include "abi/arguments.h"
#include "abi/certificate_compare.h"
#include "abi/certificate_info.h"
#include "abi/certificate_properties.h"
#include "abi/crypt_error.h"
#include "abi/name_text.h"
#include "abi/text.h"
#include "base/utf16.h"
#include "x509/chain.h"

namespace opensspi::abi {
namespace {

// A copy, since nothing says that the parameter is aligned.
template <class T>
Result<T> parameter(const void* given) {
  if (given == nullptr) return fail_crypt(E_INVALIDARG, "this search needs its parameter");
  T copy;
  std::memcpy(&copy, given, sizeof copy);
  return copy;
}

// A filter of the certificate's fields.
template <class Test>
CertificateFilter by_fields(Test test) {
  return [test](const CertificateState& state) {
    CertificateInfo info;
    return info.read(state.certificate().der()) && test(*info.get());
  };
}

CertificateFilter by_property(DWORD id, ByteView wanted) {
  return [id, value = copy(wanted)](const CertificateState& state) {
    const auto property = certificate_property(state, id);
    return property && same_bytes(*property, value);
  };
}

enum class Which { Subject, Issuer };

const CERT_NAME_BLOB& name_of(const CERT_INFO& info, Which which) {
  return which == Which::Subject ? info.Subject : info.Issuer;
}

CertificateFilter by_name(ByteView name, Which which) {
  return by_fields([which, name = copy(name)](const CERT_INFO& info) {
    return same_bytes(view_of(name_of(info, which)), name);
  });
}

// Upper case of what is text; the rest is nobody's name.
std::u16string upper_of(const std::string& utf8) {
  const auto text = utf8_to_utf16(utf8);
  return text ? upper(*text) : std::u16string();
}

template <class Char>
Result<CertificateFilter> by_part_of_name(const void* given, Which which) {
  if (given == nullptr) return fail_crypt(E_INVALIDARG, "this search needs its text");
  TRY_ASSIGN(const std::string text, text_from(static_cast<const Char*>(given)));
  return by_fields([which, part = upper_of(text)](const CERT_INFO& info) {
    const std::string name = name_text(view_of(name_of(info, which)), CERT_SIMPLE_NAME_STR);
    return upper_of(name).find(part) != std::u16string::npos;
  });
}

bool allows(const x509::Certificate& certificate, const std::vector<std::string>& usages,
            DWORD flags) {
  const bool has_extension = x509::extended_key_usage(certificate).has_value();
  if ((flags & CERT_FIND_NO_ENHKEY_USAGE_FLAG) != 0) return !has_extension;
  if (!has_extension) return (flags & CERT_FIND_OPTIONAL_ENHKEY_USAGE_FLAG) != 0;
  const auto allowed = [its = x509::usages_of(certificate)](const std::string& usage) {
    return x509::allows(its, usage);
  };
  return (flags & CERT_FIND_OR_ENHKEY_USAGE_FLAG) != 0 && !usages.empty()
             ? std::ranges::any_of(usages, allowed)
             : std::ranges::all_of(usages, allowed);
}

Result<CertificateFilter> by_usage(const void* given, DWORD flags) {
  constexpr DWORD kKnown = CERT_FIND_OPTIONAL_ENHKEY_USAGE_FLAG |
                           CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG | CERT_FIND_NO_ENHKEY_USAGE_FLAG |
                           CERT_FIND_OR_ENHKEY_USAGE_FLAG;
  if ((flags & ~kKnown) != 0) return fail_crypt(E_INVALIDARG, "dwFindFlags has an unknown bit");
  std::vector<std::string> usages;
  if (given != nullptr) {
    TRY_ASSIGN(usages, usages_from(*static_cast<const CERT_ENHKEY_USAGE*>(given)));
  }
  return [usages, flags](const CertificateState& state) {
    return allows(state.certificate(), usages, flags);
  };
}

// Of a context that is given; the filter keeps what it needs of it.
Result<SharedState> given_certificate(const void* given) {
  auto state = find_state(static_cast<PCCERT_CONTEXT>(given));
  if (state == nullptr)
    return fail_crypt(E_INVALIDARG, "what is looked for is no certificate of the library");
  return state;
}

Result<CertificateFilter> by_hash(DWORD id, const void* given) {
  TRY_ASSIGN(const auto hash, parameter<CRYPT_HASH_BLOB>(given));
  return by_property(id, view_of(hash));
}

Result<CertificateFilter> by_blob_name(const void* given, Which which) {
  TRY_ASSIGN(const auto name, parameter<CERT_NAME_BLOB>(given));
  return by_name(view_of(name), which);
}

Result<CertificateFilter> by_serial_number(const void* given) {
  TRY_ASSIGN(const auto wanted, parameter<CERT_INFO>(given));
  return by_fields([issuer = copy(view_of(wanted.Issuer)),
                    serial = copy(view_of(wanted.SerialNumber))](const CERT_INFO& info) {
    return same_bytes(view_of(info.Issuer), issuer) &&
           same_integer(view_of(info.SerialNumber), serial);
  });
}

Result<CertificateFilter> by_public_key(const void* given) {
  TRY_ASSIGN(const auto key, parameter<CERT_PUBLIC_KEY_INFO>(given));
  const std::string oid = key.Algorithm.pszObjId != nullptr ? key.Algorithm.pszObjId : "";
  return by_fields([oid, bits = copy(view_of(key.PublicKey))](const CERT_INFO& info) {
    return oid == info.SubjectPublicKeyInfo.Algorithm.pszObjId &&
           same_bytes(view_of(info.SubjectPublicKeyInfo.PublicKey), bits);
  });
}

Result<CertificateFilter> issuer_of(const void* given) {
  TRY_ASSIGN(const SharedState subject, given_certificate(given));
  return [subject](const CertificateState& state) {
    return x509::may_have_issued(state.certificate(), subject->certificate());
  };
}

Result<CertificateFilter> same_as(const void* given) {
  TRY_ASSIGN(const SharedState wanted, given_certificate(given));
  return [wanted](const CertificateState& state) {
    return state.certificate().der() == wanted->certificate().der();
  };
}

Result<CertificateFilter> with_property_of(const void* given) {
  TRY_ASSIGN(const auto id, parameter<DWORD>(given));
  return [id](const CertificateState& state) { return has_property(state, id); };
}

bool any(const CertificateState& /*state*/) {
  return true;
}
bool with_key(const CertificateState& state) {
  return state.has_key();
}

Result<CertificateFilter> filter_for(DWORD type, DWORD flags, const void* given) {
  switch (type) {
    case CERT_FIND_ANY:
      return any;
    case CERT_FIND_SHA1_HASH:
      return by_hash(CERT_SHA1_HASH_PROP_ID, given);
    case CERT_FIND_MD5_HASH:
      return by_hash(CERT_MD5_HASH_PROP_ID, given);
    case CERT_FIND_KEY_IDENTIFIER:
      return by_hash(CERT_KEY_IDENTIFIER_PROP_ID, given);
    case CERT_FIND_PROPERTY:
      return with_property_of(given);
    case CERT_FIND_PUBLIC_KEY:
      return by_public_key(given);
    case CERT_FIND_SUBJECT_NAME:
      return by_blob_name(given, Which::Subject);
    case CERT_FIND_ISSUER_NAME:
      return by_blob_name(given, Which::Issuer);
    case CERT_FIND_SUBJECT_STR_A:
      return by_part_of_name<SEC_CHAR>(given, Which::Subject);
    case CERT_FIND_SUBJECT_STR_W:
      return by_part_of_name<SEC_WCHAR>(given, Which::Subject);
    case CERT_FIND_ISSUER_STR_A:
      return by_part_of_name<SEC_CHAR>(given, Which::Issuer);
    case CERT_FIND_ISSUER_STR_W:
      return by_part_of_name<SEC_WCHAR>(given, Which::Issuer);
    case CERT_FIND_ENHKEY_USAGE:
      return by_usage(given, flags);
    case CERT_FIND_SUBJECT_CERT:
      return by_serial_number(given);
    case CERT_FIND_ISSUER_OF:
      return issuer_of(given);
    case CERT_FIND_EXISTING:
      return same_as(given);
    case CERT_FIND_HAS_PRIVATE_KEY:
      return with_key;
    default:
      return fail_crypt(E_INVALIDARG, "there is no such kind of search");
  }
}

constexpr DWORD kIssuerChecks =
    CERT_STORE_SIGNATURE_FLAG | CERT_STORE_TIME_VALIDITY_FLAG | CERT_STORE_REVOCATION_FLAG;

// The checks that fail, of those that are asked for.
DWORD failed_checks(PCCERT_CONTEXT subject, const x509::Certificate& certificate,
                    const x509::Certificate& issuer, DWORD asked) {
  DWORD failed = 0;
  if ((asked & CERT_STORE_SIGNATURE_FLAG) != 0 && !x509::is_signed_by(certificate, issuer))
    failed |= CERT_STORE_SIGNATURE_FLAG;
  if ((asked & CERT_STORE_TIME_VALIDITY_FLAG) != 0 &&
      CertVerifyTimeValidity(nullptr, subject->pCertInfo) != 0)
    failed |= CERT_STORE_TIME_VALIDITY_FLAG;
  if ((asked & CERT_STORE_REVOCATION_FLAG) != 0)
    failed |= CERT_STORE_REVOCATION_FLAG | CERT_STORE_NO_CRL_FLAG;
  return failed;
}

Result<PCCERT_CONTEXT> find_issuer(HCERTSTORE store, PCCERT_CONTEXT subject,
                                   CertificateReference previous, DWORD* flags) {
  TRY(need({flags}));
  if ((*flags & ~kIssuerChecks) != 0) return fail_crypt(E_INVALIDARG, "an unknown check is asked");
  TRY_ASSIGN(const SharedState state, given_certificate(subject));
  const x509::Certificate& certificate = state->certificate();
  if (x509::is_self_signed(certificate)) {
    *flags = failed_checks(subject, certificate, certificate, *flags);
    return fail_crypt(CRYPT_E_SELF_SIGNED, "the certificate is its own issuer");
  }
  TRY_ASSIGN(const CertificateFilter filter, issuer_of(subject));
  TRY_ASSIGN(const PCCERT_CONTEXT found, next_in_store(store, previous.release(), filter));
  CertificateReference issuer(found);
  const SharedState of_issuer = find_state(found);
  *flags = failed_checks(subject, certificate, of_issuer->certificate(), *flags);
  return issuer.release();
}

}  // namespace

Result<std::vector<std::string>> usages_from(const CERT_ENHKEY_USAGE& usage) {
  if (usage.cUsageIdentifier != 0 && usage.rgpszUsageIdentifier == nullptr)
    return fail_crypt(E_INVALIDARG, "uses are counted and not given");
  std::vector<std::string> usages;
  for (const char* one : std::span(usage.rgpszUsageIdentifier, usage.cUsageIdentifier)) {
    if (one == nullptr) return fail_crypt(E_INVALIDARG, "a use is NULL");
    usages.emplace_back(one);
  }
  return usages;
}

}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertFindCertificateInStore(
    HCERTSTORE hCertStore, DWORD /*dwCertEncodingType*/, DWORD dwFindFlags, DWORD dwFindType,
    const void* pvFindPara, PCCERT_CONTEXT pPrevCertContext) {
  return guard_crypt<PCCERT_CONTEXT>(nullptr, [&]() -> Result<PCCERT_CONTEXT> {
    CertificateReference previous(pPrevCertContext);
    TRY_ASSIGN(const CertificateFilter filter, filter_for(dwFindType, dwFindFlags, pvFindPara));
    return next_in_store(hCertStore, previous.release(), filter);
  });
}

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI
CertGetIssuerCertificateFromStore(HCERTSTORE hCertStore, PCCERT_CONTEXT pSubjectContext,
                                  PCCERT_CONTEXT pPrevIssuerContext, DWORD* pdwFlags) {
  return guard_crypt<PCCERT_CONTEXT>(nullptr, [&] {
    return find_issuer(hCertStore, pSubjectContext, CertificateReference(pPrevIssuerContext),
                       pdwFlags);
  });
}
