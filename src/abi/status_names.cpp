// The tables as switches: a code that stands twice does not compile.
#include "abi/status_names.h"

namespace opensspi::abi {

StatusWords words_of_status(std::uint32_t status) noexcept {
  switch (status) {
#define OPENSSPI_STATUS(name, value, text) \
  case value:                              \
    return {#name, text};
#include "abi/status_codes.inc"
#undef OPENSSPI_STATUS
    default:
      return {"unknown status", ""};
  }
}

StatusWords words_of_nt_status(std::uint32_t nt_status) noexcept {
  switch (nt_status) {
#define OPENSSPI_NT_STATUS(name, value, text) \
  case value:                                 \
    return {#name, text};
#include "abi/nt_status_codes.inc"
#undef OPENSSPI_NT_STATUS
    default:
      return {"unknown status", ""};
  }
}

}  // namespace opensspi::abi
