// SecPkgInfo as Windows hands it out: the structures and all their strings in one block. And where
// A and W structures are one template, their types by character.
#pragma once

#include <span>

#include "abi/memory.h"
#include "abi/windows_names.h"
#include "sspi/package_info.h"

namespace opensspi::abi {

template <class Char>
struct Twin;

template <>
struct Twin<SEC_CHAR> {
  using PackageInfo = SecPkgInfoA;
  using Names = SecPkgContext_NamesA;
  using NativeNames = SecPkgContext_NativeNamesA;
  using KeyInfo = SecPkgContext_KeyInfoA;
  using PackageInfoAttribute = SecPkgContext_PackageInfoA;
  using NegotiationInfo = SecPkgContext_NegotiationInfoA;
  using CredentialNames = SecPkgCredentials_NamesA;
};

template <>
struct Twin<SEC_WCHAR> {
  using PackageInfo = SecPkgInfoW;
  using Names = SecPkgContext_NamesW;
  using NativeNames = SecPkgContext_NativeNamesW;
  using KeyInfo = SecPkgContext_KeyInfoW;
  using PackageInfoAttribute = SecPkgContext_PackageInfoW;
  using NegotiationInfo = SecPkgContext_NegotiationInfoW;
  using CredentialNames = SecPkgCredentials_NamesW;
};

template <class Char>
Block<typename Twin<Char>::PackageInfo> package_block(std::span<const PackageInfo* const> infos) {
  using Out = typename Twin<Char>::PackageInfo;
  std::size_t num_chars = 0;
  for (const PackageInfo* info : infos) num_chars += info->name.size() + info->comment.size() + 2;
  auto block = make_block<Out>(infos.size() * sizeof(Out) + num_chars * sizeof(Char));
  auto* text = reinterpret_cast<Char*>(block.get() + infos.size());
  const auto put = [&text](std::string_view ascii) {
    Char* start = text;
    for (const char c : ascii) *text++ = static_cast<Char>(c);
    *text++ = 0;
    return start;
  };
  Out* out = block.get();
  for (const PackageInfo* info : infos) {
    out->fCapabilities = info->capabilities;
    out->wVersion = info->version;
    out->wRPCID = info->rpc_id;
    out->cbMaxToken = info->max_token;
    out->Name = put(info->name);
    out->Comment = put(info->comment);
    ++out;
  }
  return block;
}

}  // namespace opensspi::abi
