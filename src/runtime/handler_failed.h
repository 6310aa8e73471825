// SPDX-License-Identifier: Apache-2.0
// From what a handler threw to what run() throws.
#pragma once

#include <exception>
#include <string>

#include <leftfold/event_page.h>

namespace leftfold::inline v0::detail {

/// The text of an exception; something readable for one that is no std::exception.
[[nodiscard]] std::string describe(const std::exception_ptr& cause) noexcept;

/// Which event it was and why, where nothing stops because of it.
[[nodiscard]] std::string failed_event(const RecordedEvent& event, const std::exception_ptr& cause);

/// A HandlerFailed for `event` of `subscription`. The event's metadata are not decoded: they may be what failed.
[[nodiscard]] std::exception_ptr handler_failed(const std::string& subscription, const RecordedEvent& event,
                                                const std::exception_ptr& cause) noexcept;

}  // namespace leftfold::inline v0::detail
