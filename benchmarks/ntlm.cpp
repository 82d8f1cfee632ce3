// NTLM beside WinPR's: acquiring, the handshake, messages, and what a look-up of a handle costs.
#include "benchmarks.h"
#include "winpr.h"

namespace bench {
namespace {

constexpr const char* kWinPr = "libwinpr2";
constexpr std::size_t kMessageSizes[] = {64, 1024, 16384};

// The same calls with either table.
struct Ntlm {
  const char* side;
  Exchange exchange;
};

Exchange new_exchange(const SecurityFunctionTableW& table) {
  Exchange exchange;
  exchange.table = &table;
  exchange.client = std::make_unique<Credential>(table, u"NTLM", SECPKG_CRED_OUTBOUND,
                                                 User::instance().identity());
  exchange.target_name = u"TERMSRV/server.example.test";
  exchange.client_flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY;
  exchange.server_flags = ASC_REQ_CONFIDENTIALITY | ASC_REQ_INTEGRITY;
  return exchange;
}

Ntlm& ours() {
  static Ntlm ntlm = [] {
    Ntlm made{kOurs, new_exchange(our_table())};
    made.exchange.server = acquire_inbound("NTLM", nullptr);
    return made;
  }();
  return ntlm;
}

Ntlm& winpr() {
  static Ntlm ntlm = [] {
    const auto& table = *static_cast<const SecurityFunctionTableW*>(winpr_function_table());
    Ntlm made{kWinPr, new_exchange(table)};
    made.exchange.server =
        std::make_unique<Credential>(table, u"NTLM", SECPKG_CRED_INBOUND, nullptr);
    made.exchange.after_first_accept = [](CtxtHandle& context) {
      give_winpr_nt_hash(&context, User::instance().nt_hash());
    };
    return made;
  }();
  return ntlm;
}

void add_ntlm(Ntlm& ntlm) {
  const Exchange& exchange = ntlm.exchange;
  const SecurityFunctionTableW& table = *exchange.table;
  add("acquire_free", ntlm.side, [&table] {
    const Credential credential(table, u"NTLM", SECPKG_CRED_OUTBOUND, User::instance().identity());
  });
  add("ntlm_handshake", ntlm.side, [&exchange] { const ContextPair pair(exchange); });

  const auto established = std::make_shared<ContextPair>(exchange);
  for (const std::size_t size : kMessageSizes) {
    const auto pair = std::make_shared<ContextPair>(exchange);
    TokenRoundTrip round_trip(table, *pair, size);
    add("ntlm_message_" + std::to_string(size), ntlm.side,
        [pair, round_trip]() mutable { round_trip(); });
  }
  add("query_sizes", ntlm.side, [&table, established] {
    SecPkgContext_Sizes sizes{};
    check("QueryContextAttributes",
          table.QueryContextAttributesW(established->client(), SECPKG_ATTR_SIZES, &sizes));
  });
  add_memory("ntlm_memory", ntlm.side,
             [&exchange] { return std::make_unique<ContextPair>(exchange); });
}

}  // namespace

void register_ntlm_benchmarks() {
  add_ntlm(ours());
  add_ntlm(winpr());
}

}  // namespace bench
