// Lines for people: whole lines from any thread, in colour when a terminal reads them.
#pragma once

#include <string>
#include <string_view>

namespace opensspi::command {

enum class Output { Results = 1, Progress = 2 };  // standard output, standard error

enum class Colour { Plain, Bold, Dim, Red, Green, Yellow, Cyan };

// The line and a line end, in one piece.
void print(Output output, std::string line);

// The text in a colour when the output is a terminal, and neither NO_COLOR nor TERM=dumb is set.
[[nodiscard]] std::string paint(Output output, Colour colour, std::string_view text);

// Text from a peer or a file, fit for a terminal: control characters become '?'.
[[nodiscard]] std::string printable(std::string_view text);

// Filled up with blanks on the right, or on the left for numbers.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);
[[nodiscard]] std::string right_aligned(std::string_view text, std::size_t width);

// "0.41"
[[nodiscard]] std::string milliseconds(double value);

}  // namespace opensspi::command
