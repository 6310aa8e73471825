// SPDX-License-Identifier: Apache-2.0
// The one error class of the library. Failures are exceptions; expected outcomes are values.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// What kind of failure. Programs decide by code, never by the text of what().
enum class Errc {
  invalid_argument,   ///< the caller passed something that can never work
  invalid_config,     ///< a flag, variable or file holds a value that cannot be used
  invalid_data,       ///< bytes that do not decode: an event, a message, a JSON document
  version_conflict,   ///< another writer was first; load again and decide again
  in_doubt,           ///< the request was sent and no answer came: it may or may not have happened
  unavailable,        ///< the store or broker does not answer now; later it may
  throttled,          ///< refused because of load; later it may work
  storage_full,       ///< no room left; nothing of the request was stored
  permission_denied,  ///< the store may not be opened or written by this process
  not_found,          ///< the thing named does not exist
  corrupt,            ///< stored data that breaks the format's own rules
  unsupported,        ///< a newer format, or something this build does not contain
  stopped,            ///< the wait ended because a stop was requested
  fenced,             ///< another process took over this subscription or lease
  handler_failed,     ///< code of the program that leftfold called threw: a handler, a projector's reset()
  internal,           ///< a bug in leftfold; please report it
};

/// The code's name as written in logs and output ("version_conflict"). Never empty.
[[nodiscard]] std::string_view to_string(Errc code) noexcept;

/// Every failure leftfold reports. what() says what failed, where, and the next step.
/// Immutable; copyable as exceptions must be.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& what, std::source_location where = std::source_location::current());
  ~Error() override;

  [[nodiscard]] Errc code() const noexcept { return code_; }
  /// True when the same call may succeed later without a change: unavailable, throttled.
  [[nodiscard]] bool retryable() const noexcept { return code_ == Errc::unavailable || code_ == Errc::throttled; }
  /// The place in the source that raised the error.
  [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

 private:
  Errc code_;
  std::source_location where_;
};

/// Thrown by Repository when another writer appended first and the attempts are used up.
class VersionConflict final : public Error {
 public:
  VersionConflict(std::string_view aggregate_id, Version expected, Version actual,
                  std::source_location where = std::source_location::current());
  ~VersionConflict() override;

  [[nodiscard]] Version expected() const noexcept { return expected_; }
  [[nodiscard]] Version actual() const noexcept { return actual_; }

 private:
  Version expected_;
  Version actual_;
};

}  // namespace leftfold::inline v0
