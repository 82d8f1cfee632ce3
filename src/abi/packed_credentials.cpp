// CredData of a password is the text of the password itself. The headers declare a structure for
// that place, SEC_WINNT_AUTH_DATA_PASSWORD; what is seen of Windows does not have it there, and
// random passwords of machines could be mistaken for one.
#include "abi/packed_credentials.h"

#include <cstring>
#include <iterator>

#include "base/reader.h"

namespace opensspi::abi {
namespace {

constexpr const char* kMalformed = "the packed credentials of the identity are malformed";

struct Kind {
  const GUID& type;
  const char* words;
};

const Kind kKinds[] = {
    {SEC_WINNT_AUTH_DATA_TYPE_CERT, "the identity holds a certificate, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_CREDMAN_CERT,
     "the identity holds a certificate of Credential Manager, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_NGC, "the identity holds a Windows Hello key, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_FIDO, "the identity holds a FIDO key, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_KEYTAB, "the identity holds a keytab, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_DELEGATION_TOKEN,
     "the identity holds a delegation token, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_CSP_DATA, "the identity holds a smart card, not a password"},
    {SEC_WINNT_AUTH_DATA_TYPE_SMARTCARD_CONTEXTS,
     "the identity holds handles of a smart card, not a password"},
};

bool same_guid(const GUID& a, const GUID& b) {
  return std::memcmp(&a, &b, sizeof(GUID)) == 0;
}

// The front of `bytes` as a structure; they need not be aligned for it.
template <class T>
Result<T> read_structure(ByteView bytes) {
  T out;
  if (bytes.size() < sizeof out) return fail(Status::InvalidToken, kMalformed);
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

Result<ByteView> read_vector(ByteView structure, const SEC_WINNT_AUTH_BYTE_VECTOR& vector) {
  Reader reader(structure);
  const ByteView bytes = reader.slice(vector.ByteArrayOffset, vector.ByteArrayLength);
  TRY(reader.check(kMalformed));
  return bytes;
}

Result<ByteView> read_password(ByteView structure, const SEC_WINNT_AUTH_BYTE_VECTOR& place) {
  TRY_ASSIGN(const ByteView password, read_vector(structure, place));
  if (password.size() % 2 != 0) return fail(Status::InvalidToken, kMalformed);
  return password;
}

Result<PackedCredentials> read_one(ByteView packed) {
  TRY_ASSIGN(const auto header, read_structure<SEC_WINNT_AUTH_PACKED_CREDENTIALS>(packed));
  if (header.cbHeaderLength < sizeof header || header.cbStructureLength < header.cbHeaderLength ||
      header.cbStructureLength > packed.size())
    return fail(Status::InvalidToken, kMalformed);
  const ByteView structure = packed.first(header.cbStructureLength);
  PackedCredentials out;
  out.type = header.AuthData.CredType;
  if (out.is_password()) {
    TRY_ASSIGN(out.password, read_password(structure, header.AuthData.CredData));
  } else {
    TRY(read_vector(structure, header.AuthData.CredData));
  }
  return out;
}

}  // namespace

bool PackedCredentials::is_password() const {
  return same_guid(type, SEC_WINNT_AUTH_DATA_TYPE_PASSWORD);
}

Result<PackedCredentials> read_packed_credentials(ByteView packed) {
  Reader reader(packed);
  if (reader.u16_le() != sizeof(SEC_WINNT_AUTH_PACKED_CREDENTIALS_EX)) return read_one(packed);
  TRY_ASSIGN(const auto extended, read_structure<SEC_WINNT_AUTH_PACKED_CREDENTIALS_EX>(packed));
  TRY_ASSIGN(const ByteView inner, read_vector(packed, extended.PackedCredentials));
  const std::size_t packages_size = std::size_t{2} * extended.PackageList.ShortArrayCount;
  reader.slice(extended.PackageList.ShortArrayOffset, packages_size);
  TRY(reader.check(kMalformed));
  TRY_ASSIGN(PackedCredentials out, read_one(inner));
  // What the flags mean is not public, and the packages are told by numbers: not to be dropped.
  if (extended.Flags != 0 || packages_size != 0) return PackedCredentials{};
  return out;
}

std::size_t packed_password_size(std::size_t password_size) {
  return sizeof(SEC_WINNT_AUTH_PACKED_CREDENTIALS) + password_size;
}

void write_packed_password(ByteView password, ByteSpan out) {
  SEC_WINNT_AUTH_PACKED_CREDENTIALS header{};
  header.cbHeaderLength = sizeof header;
  header.cbStructureLength = static_cast<USHORT>(out.size());
  header.AuthData.CredType = SEC_WINNT_AUTH_DATA_TYPE_PASSWORD;
  header.AuthData.CredData = {sizeof header, static_cast<USHORT>(password.size())};
  std::memcpy(out.data(), &header, sizeof header);
  if (!password.empty()) std::memcpy(out.data() + sizeof header, password.data(), password.size());
}

Error no_password(ByteView packed) {
  const auto credentials = read_packed_credentials(packed);
  if (!credentials) return credentials.error();
  for (const Kind& kind : kKinds)
    if (same_guid(kind.type, credentials->type)) return {Status::UnknownCredentials, kind.words};
  return {Status::UnknownCredentials, "the identity holds credentials of an unknown kind"};
}

}  // namespace opensspi::abi
