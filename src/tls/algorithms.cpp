// Rows by their IANA numbers.
#include "tls/algorithms.h"

#include <algorithm>

namespace opensspi::tls {
namespace {

template <class Table>
const typename Table::value_type* find(const Table& table, std::uint32_t number) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto& row) { return row.number == number; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

const CipherSuite* find_cipher_suite(std::uint16_t number) {
  return find(kCipherSuites, number);
}

const Group* find_group(std::uint32_t number) {
  return find(kGroups, number);
}

}  // namespace opensspi::tls
