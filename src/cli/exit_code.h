// SPDX-License-Identifier: Apache-2.0
// How a command ends: one table for every verb. docs/reference/exit-codes.md explains it.
#pragma once

#include <exception>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {

inline constexpr int kSuccess = 0;
inline constexpr int kFoundFailure = 1;  ///< it ran, and a handler failed or a check found what it looks for
inline constexpr int kUsage = 2;         ///< command line or configuration
inline constexpr int kNotFound = 3;
inline constexpr int kConflict = 4;
inline constexpr int kUnreachable = 5;  ///< store or broker unreachable, full, or access denied
inline constexpr int kTimeout = 6;
inline constexpr int kBadData = 7;   ///< corrupt, or of another format
inline constexpr int kRefused = 8;   ///< needs a confirmation
inline constexpr int kBug = 70;      ///< EX_SOFTWARE of sysexits.h
inline constexpr int kSignal = 128;  ///< + the signal's number, as shells do

/// The exit code of a failure while a command was at work.
[[nodiscard]] int exit_code_of(const std::exception& failure) noexcept;

}  // namespace leftfold::inline v0::cli
