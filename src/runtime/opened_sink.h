// SPDX-License-Identifier: Apache-2.0
// Opens a sink that somebody else makes.
#pragma once

#include <memory>

#include <leftfold/error.h>
#include <leftfold/publisher.h>

namespace leftfold::inline v0::runtime {

/// Never null. Throws what `open_sink` throws, and Error(invalid_argument) when it returns none.
[[nodiscard]] inline std::unique_ptr<EventSink> opened(const OpenSink& open_sink) {
  std::unique_ptr<EventSink> sink = open_sink();
  if (sink) return sink;
  throw Error{
      Errc::invalid_argument,
      "the function that opens a sink returned null, so there is nothing to publish to; let it return a sink, or "
      "throw Error(unavailable) while there is none"};
}

}  // namespace leftfold::inline v0::runtime
