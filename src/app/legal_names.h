// SPDX-License-Identifier: Apache-2.0
// Names that an App takes.
#pragma once

#include <string>

namespace leftfold::inline v0::app {

/// Throws Error(invalid_argument): the name becomes a file's name, so it must not be able to name another folder.
void check_program_name(const std::string& name);
/// Throws Error(invalid_argument) for what cannot be typed as a command, or looks like a flag.
void check_command_name(const std::string& name);

}  // namespace leftfold::inline v0::app
