// AV_PAIR: [0-1] AvId, [2-3] AvLen, [4-] Value; unaligned, one after the other. [MS-NLMP] 2.2.2.1
#include "ntlm/av_pairs.h"

#include <algorithm>

#include "base/reader.h"
#include "base/writer.h"

namespace opensspi::ntlm {

Result<AvPairs> AvPairs::parse(ByteView bytes) {
  Reader reader(bytes);
  AvPairs list;
  while (reader.ok()) {
    const AvId id{reader.u16_le()};
    const std::uint16_t size = reader.u16_le();
    const ByteView value = reader.bytes(size);
    if (reader.ok() && id == AvId::Eol) return list;
    list.pairs_.push_back({id, copy(value)});
  }
  return fail(Status::InvalidToken, "an AV_PAIR list without its end");
}

Bytes AvPairs::write() const {
  Writer out;
  for (const AvPair& pair : pairs_) {
    out.u16_le(static_cast<std::uint16_t>(pair.id));
    out.u16_le(static_cast<std::uint16_t>(pair.value.size())).bytes(pair.value);
  }
  out.zeros(4);  // MsvAvEOL
  return out.take();
}

const Bytes* AvPairs::find(AvId id) const {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [id](const AvPair& pair) { return pair.id == id; });
  return found == pairs_.end() ? nullptr : &found->value;
}

void AvPairs::set(AvId id, ByteView value) {
  const auto same_id = [id](const AvPair& pair) { return pair.id == id; };
  const auto found = std::find_if(pairs_.begin(), pairs_.end(), same_id);
  if (found == pairs_.end()) {
    pairs_.push_back({id, copy(value)});
    return;
  }
  found->value = copy(value);
  pairs_.erase(std::remove_if(found + 1, pairs_.end(), same_id), pairs_.end());
}

Result<std::uint32_t> AvPairs::flags() const {
  const Bytes* value = find(AvId::Flags);
  if (value == nullptr) return 0;
  Reader reader(*value);
  const std::uint32_t flags = reader.u32_le();
  TRY(reader.finish("MsvAvFlags is not 4 bytes long"));
  return flags;
}

void AvPairs::set_flags(std::uint32_t flags) {
  set(AvId::Flags, Writer().u32_le(flags).view());
}

Result<std::optional<std::uint64_t>> AvPairs::timestamp() const {
  const Bytes* value = find(AvId::Timestamp);
  if (value == nullptr) return std::nullopt;
  Reader reader(*value);
  const std::uint64_t time = reader.u64_le();
  TRY(reader.finish("MsvAvTimestamp is not 8 bytes long"));
  return time;
}

}  // namespace opensspi::ntlm
