// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/lambda_stream.h>

#include "lambda/batch_response.h"

namespace leftfold::inline v0 {
namespace {

/// When publishing has to end, so that there is time left to answer.
Instant end_of_publishing(Instant deadline, Instant now) {
  constexpr Instant::duration kLeastReserve = std::chrono::seconds{2};
  return std::max(now, deadline - std::max(kLeastReserve, (deadline - now) / 10));
}

}  // namespace

LambdaHandler lambda_stream_handler(ReadChanges read, PublishChanges publish, Clock& clock) {
  return [read = std::move(read), publish = std::move(publish), &clock](std::string_view payload,
                                                                        const LambdaInvocation& invocation) {
    const ChangePage page = read(payload);
    const std::span<const Change> changes{page.changes};
    const std::size_t done =
        changes.empty() ? 0 : publish(page, end_of_publishing(invocation.deadline, clock.instant()));
    if (done > changes.size()) {
      throw Error{Errc::internal,
                  "a batch of " + std::to_string(changes.size()) + " changes was published as " + std::to_string(done)};
    }
    return lambda::batch_response(changes.subspan(done));
  };
}

}  // namespace leftfold::inline v0
