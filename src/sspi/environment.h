// All that a protocol may ask of the world outside. One is made by the composition root; tests and
// fuzzers make their own, so every machine can be run deterministically.
#pragma once

#include <functional>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "policy/policy.h"
#include "sspi/authority.h"
#include "sspi/card_logon.h"
#include "sspi/kdc_transport.h"
#include "sspi/types.h"

namespace opensspi {

// A line of the log: names and numbers, never bytes of a message.
enum class LogLevel { Error, Warning, Info, Debug };

struct Environment {
  std::function<FileTime()> now;                          // UTC
  std::function<Result<void>(ByteSpan)> random;           // cryptographic; fills all of it or fails
  std::function<HostNames()> host_names;                  // this machine, when no authority says so
  std::function<std::shared_ptr<Authority>()> authority;  // the configured one; null: none
  std::function<std::shared_ptr<KdcTransport>()> kdc_transport;   // the way to KDCs, never null
  std::function<Result<CardLogon>(const Identity&)> open_card;    // of a SmartCard; see CardLogon
  std::function<std::shared_ptr<const policy::Policy>()> policy;  // a snapshot, never null
  std::function<void(LogLevel, const char* room, const char* what, std::int64_t value)> log;
};

}  // namespace opensspi
