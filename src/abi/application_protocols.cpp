// Lists one behind the other, each with its kind and its size.
#include "abi/application_protocols.h"

#include <cstring>

#include "abi/windows_names.h"

namespace opensspi::abi {
namespace {

tl::unexpected<Error> malformed() {
  return fail(Status::InvalidToken, "SEC_APPLICATION_PROTOCOLS is malformed");
}

// The next bytes of `buffer` as a T; it may not be aligned.
template <class T>
Result<T> take(ByteView& buffer, std::size_t size = sizeof(T)) {
  if (buffer.size() < size) return malformed();
  T value{};
  std::memcpy(&value, buffer.data(), size);
  buffer = buffer.subspan(size);
  return value;
}

bool is_list_of_names(ByteView names) {
  while (!names.empty()) {
    const std::size_t size = names[0];
    if (size == 0 || size >= names.size()) return false;
    names = names.subspan(1 + size);
  }
  return true;
}

}  // namespace

Result<ByteView> read_application_protocols(ByteView buffer) {
  constexpr std::size_t kHeader = offsetof(SEC_APPLICATION_PROTOCOL_LIST, ProtocolList);
  if (buffer.empty()) return ByteView();
  TRY_ASSIGN(const ULONG size, take<ULONG>(buffer));
  if (size > buffer.size()) return malformed();
  ByteView lists = buffer.first(size);
  ByteView found;
  while (!lists.empty()) {
    TRY_ASSIGN(const auto list, take<SEC_APPLICATION_PROTOCOL_LIST>(lists, kHeader));
    if (list.ProtocolListSize > lists.size()) return malformed();
    const ByteView names = lists.first(list.ProtocolListSize);
    lists = lists.subspan(list.ProtocolListSize);
    if (list.ProtoNegoExt != SecApplicationProtocolNegotiationExt_ALPN) continue;
    if (!found.empty() || !is_list_of_names(names)) return malformed();
    found = names;
  }
  return found;
}

}  // namespace opensspi::abi
