// SPDX-License-Identifier: Apache-2.0
// One sink and the Resequencer that lives with it.
#pragma once

#include <memory>
#include <string_view>

#include <leftfold/published_store.h>
#include <leftfold/publisher.h>

#include "runtime/opened_sink.h"
#include "runtime/resequencer.h"

namespace leftfold::inline v0::runtime {

/// What every kind of publishing says of its Resequencer.
template <class Options>
[[nodiscard]] ResequencerOptions resequencer_options(const Options& from) {
  ResequencerOptions options;
  if constexpr (requires { from.remembered; }) options.remembered = from.remembered;
  options.unpublishable = from.unpublishable;
  options.clock = from.clock;
  options.log = from.log;
  options.metrics = from.metrics;
  return options;
}

/// Begins with the opening of a sink and ends with its closing; after a failure another one begins. One thread at a
/// time; what it was given must outlive it.
class SorterSession {
 public:
  /// Throws as opened().
  SorterSession(const PublishedStore& stored, const OpenSink& open_sink, const ResequencerOptions& options)
      : options_{options}, sink_{opened(open_sink)}, sorter_{*stored.events, *stored.cursors, *sink_, options_} {}

  [[nodiscard]] Resequencer& sorter() noexcept { return sorter_; }
  [[nodiscard]] const Resequencer& sorter() const noexcept { return sorter_; }

  /// Closes the sink, waiting until `deadline`; what fails then is a line of the log under `who`'s name.
  void close(Instant deadline, std::string_view who) noexcept {
    try {
      (void)sink_->close(deadline);
    } catch (const std::exception& error) {
      options_.log->log(LogLevel::warn, who, "closing the way to the broker", {{"cause", error.what()}});
    }
  }

 private:
  const ResequencerOptions options_;
  const std::unique_ptr<EventSink> sink_;
  Resequencer sorter_;
};

}  // namespace leftfold::inline v0::runtime
