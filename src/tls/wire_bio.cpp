// The BIO that lets libssl work on the caller's own bytes.
#include <openssl/bio.h>

#include <algorithm>
#include <new>

#include "tls/native.h"

namespace opensspi::tls {
namespace {

// libssl may write one message in two pieces: what is in front of it, and its record.
bool scatter(Wire::Scatter& to, ByteView bytes) {
  std::size_t skipped = to.written;
  to.written += bytes.size();
  for (const ByteSpan part : {to.header, to.data, to.trailer}) {
    const std::size_t from = std::min(skipped, part.size());
    const std::size_t size = std::min(part.size() - from, bytes.size());
    std::copy_n(bytes.begin(), size, part.subspan(from).begin());
    bytes = bytes.subspan(size);
    skipped -= from;
  }
  return bytes.empty();
}

int wire_write(BIO* bio, const char* data, size_t size, size_t* written) noexcept {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  const ByteView record(reinterpret_cast<const std::uint8_t*>(data), size);
  BIO_clear_retry_flags(bio);
  if (wire.scatter != nullptr) {
    if (!scatter(*wire.scatter, record)) return 0;
  } else if (wire.output != nullptr) {
    try {  // libssl is C: nothing may fly through it; run() throws again
      append(*wire.output, record);
    } catch (const std::bad_alloc&) {
      wire.out_of_memory = true;
      return 0;
    }
  } else {
    return 0;
  }
  *written = size;
  return 1;
}

int wire_read(BIO* bio, char* out, size_t size, size_t* read) noexcept {
  auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (wire.input.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *read = std::min(size, wire.input.size());
  std::copy_n(wire.input.data(), *read, reinterpret_cast<std::uint8_t*>(out));
  wire.input = wire.input.subspan(*read);
  return 1;
}

long wire_ctrl(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "opensspi wire");
  if (method != nullptr) {
    BIO_meth_set_write_ex(method, wire_write);
    BIO_meth_set_read_ex(method, wire_read);
    BIO_meth_set_ctrl(method, wire_ctrl);
  }
  return method;
}

}  // namespace

BIO* new_wire_bio(Wire& wire) {
  // Never freed: a session may outlive this library's statics, as crypto::library_context() says.
  static BIO_METHOD* const method = make_method();
  BIO* bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace opensspi::tls
