// A client and a server of one SSPI in one process, driven through its function table: the same
// code measures this library and WinPR. Tokens are handed over in memory; a failure throws.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#define SECURITY_WIN32
#include "security.h"

namespace bench {

// The function of the table that failed, and its status.
class SspiFailure : public std::runtime_error {
 public:
  SspiFailure(const std::string& function, SECURITY_STATUS status);
};

void check(const char* function, SECURITY_STATUS status);

class Credential {
 public:
  // AcquireCredentialsHandleW.
  Credential(const SecurityFunctionTableW& table, const char16_t* package, ULONG use,
             void* auth_data);
  // Takes over a handle that was acquired by other means.
  Credential(const SecurityFunctionTableW& table, CredHandle handle);
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;
  ~Credential();

  [[nodiscard]] CredHandle* handle() { return &handle_; }

 private:
  const SecurityFunctionTableW& table_;
  CredHandle handle_{};
};

// What one kind of handshake is made of.
struct Exchange {
  const SecurityFunctionTableW* table = nullptr;
  std::unique_ptr<Credential> client, server;
  std::u16string target_name{};
  ULONG client_flags = 0, server_flags = 0;
  // WinPR's servers are told the hash of the user after their first leg.
  std::function<void(CtxtHandle&)> after_first_accept{};
};

// Both contexts, established by the constructor and deleted by the destructor.
class ContextPair {
 public:
  explicit ContextPair(const Exchange& exchange);
  ContextPair(const ContextPair&) = delete;
  ContextPair& operator=(const ContextPair&) = delete;
  ~ContextPair();

  [[nodiscard]] CtxtHandle* client() { return &client_.handle; }
  [[nodiscard]] CtxtHandle* server() { return &server_.handle; }

 private:
  using Bytes = std::span<std::uint8_t>;

  struct Side {
    CtxtHandle handle{};
    bool exists = false;
    bool done = false;
  };

  Bytes leg(Side& side, Bytes token, Bytes room);
  SECURITY_STATUS call(Side& side, SecBufferDesc* input, SecBufferDesc* output);
  void establish();

  const Exchange& exchange_;
  Side client_, server_;
};

// EncryptMessage by the client and DecryptMessage by the server, of `size` bytes in place.
// TokenRoundTrip is for packages with a signature beside the data, StreamRoundTrip for TLS records.
class TokenRoundTrip {
 public:
  TokenRoundTrip(const SecurityFunctionTableW& table, ContextPair& pair, std::size_t size);
  void operator()();

 private:
  const SecurityFunctionTableW& table_;
  ContextPair& pair_;
  std::vector<std::uint8_t> signature_, data_;
};

class StreamRoundTrip {
 public:
  StreamRoundTrip(const SecurityFunctionTableW& table, ContextPair& pair, std::size_t size);
  void operator()();

 private:
  const SecurityFunctionTableW& table_;
  ContextPair& pair_;
  SecPkgContext_StreamSizes sizes_{};
  std::size_t size_;
  std::vector<std::uint8_t> record_;
};

}  // namespace bench
