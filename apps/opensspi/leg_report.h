// One line per message: which way it went, what it is, how many bytes, and the milliseconds that
// the library's call took. The library tells the legs through its event callback, in the thread of
// the call; a report stands for the authentication that its thread is busy with.
#pragma once

#include <opensspi.h>

#include <cstddef>
#include <optional>
#include <string>

#include "console.h"

namespace opensspi::command {

class LegReport {
 public:
  enum class Lines {
    Both,      // what came in and what goes out: the other side is elsewhere
    Outgoing,  // the other side reports in this process
    None,
  };

  // `prefix` begins each line.
  LegReport(int side, Output output, Lines lines, std::string prefix = "");
  LegReport(const LegReport&) = delete;
  LegReport& operator=(const LegReport&) = delete;
  ~LegReport();

  // A message that the library knows nothing of.
  void sent(const std::string& what, std::size_t size) const;
  void received(const std::string& what, std::size_t size) const;
  // A line without a message.
  void note(const std::string& text) const;

 private:
  static void on_event(const opensspi_event* event, void* user);

  void tell(const opensspi_event& event) const;
  void tell_message(bool outgoing, const std::string& what, std::size_t size,
                    std::optional<double> call_milliseconds, SECURITY_STATUS status) const;

  int side_;
  Output output_;
  Lines lines_;
  std::string prefix_;
  LegReport* outer_;
};

}  // namespace opensspi::command
