// What is found out about one part of this machine, in words for who looks after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace opensspi::doctor {

enum class Verdict {
  Ok,
  Note,     // not set up, which is no fault where nobody needs it
  Warning,  // works, and should not stay so
  Problem,  // what needs it fails
};

struct Finding {
  const char* area = "";  // "keytab": static text
  Verdict verdict = Verdict::Ok;
  std::string found;       // UTF-8, as are the names in it
  std::string advice;      // what to do; empty when there is nothing to do
  std::int64_t value = 0;  // a figure behind it: the clock's skew in seconds
};
using Findings = std::vector<Finding>;

}  // namespace opensspi::doctor
