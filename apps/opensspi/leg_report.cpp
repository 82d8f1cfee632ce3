// The report of a thread is found through a thread-local pointer.
#include "leg_report.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kWhatWidth = 50, kBytesWidth = 6, kTimeWidth = 7;
constexpr double kNanosecondsPerMillisecond = 1e6;

thread_local LegReport* current = nullptr;

}  // namespace

LegReport::LegReport(int side, Output output, Lines lines, std::string prefix)
    : side_(side), output_(output), lines_(lines), prefix_(std::move(prefix)), outer_(current) {
  current = this;
  opensspi_set_event_callback(&LegReport::on_event, nullptr);
}

LegReport::~LegReport() {
  current = outer_;
}

void LegReport::sent(const std::string& what, std::size_t size) const {
  if (lines_ != Lines::None) tell_message(true, what, size, std::nullopt, SEC_E_OK);
}

void LegReport::received(const std::string& what, std::size_t size) const {
  if (lines_ == Lines::Both) tell_message(false, what, size, std::nullopt, SEC_E_OK);
}

void LegReport::note(const std::string& text) const {
  if (lines_ != Lines::None) print(output_, prefix_ + text);
}

void LegReport::on_event(const opensspi_event* event, void* /*user*/) {
  if (current != nullptr) current->tell(*event);
}

// The time of the call stands once: where it made something, else where it took something.
void LegReport::tell(const opensspi_event& event) const {
  if (lines_ == Lines::None) return;
  const bool sends = event.bytes_out != 0;
  const double spent = static_cast<double>(event.nanoseconds) / kNanosecondsPerMillisecond;
  if (event.bytes_in != 0 && (lines_ == Lines::Both || !sends)) {
    tell_message(false, event.received, event.bytes_in, sends ? std::nullopt : std::optional(spent),
                 sends ? SEC_E_OK : event.status);
  }
  if (sends) tell_message(true, event.sent, event.bytes_out, spent, event.status);
}

void LegReport::tell_message(bool outgoing, const std::string& what, std::size_t size,
                             std::optional<double> call_milliseconds,
                             SECURITY_STATUS status) const {
  const bool from_client = outgoing == (side_ == OPENSSPI_CLIENT);
  const char* direction = from_client ? "client -> server" : "server -> client";
  std::string line = prefix_;
  line += lines_ == Lines::Outgoing && !outgoing
              ? padded(side_ == OPENSSPI_CLIENT ? "client took" : "server took", 16)
              : paint(output_, from_client ? Colour::Cyan : Colour::Yellow, direction);
  line +=
      "  " + padded(what, kWhatWidth) + right_aligned(std::to_string(size), kBytesWidth) + " bytes";
  if (call_milliseconds)
    line += right_aligned(milliseconds(*call_milliseconds), kTimeWidth) + " ms";
  if (status < 0) line += "  " + paint(output_, Colour::Red, opensspi_status_name(status));
  print(output_, line);
}

}  // namespace opensspi::command
