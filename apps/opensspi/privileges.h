// Giving up root once the port is bound and the accounts are open.
#pragma once

#include <string>

namespace opensspi::command {

// Becomes the user, with its groups, for good. Nothing for an empty name. CommandError when it
// cannot be done, or when root's rights could be had back.
void become_user(const std::string& name);

}  // namespace opensspi::command
