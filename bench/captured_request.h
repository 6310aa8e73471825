// SPDX-License-Identifier: Apache-2.0
// The bytes that a client sends, to send them again with another program.
#pragma once

#include <functional>
#include <string>

namespace leftfold::bench {

struct CapturedRequest {
  std::string head;  ///< request line and headers, with their line ends
  std::string body;
  std::string host;  ///< what it was sent to, as it stands in the head: "127.0.0.1:4711"
};

/// The one request that `act` sends to the endpoint ("http://127.0.0.1:4711") it is called with; it is answered with
/// status 200 and `answer`. Throws what `act` throws, and std::system_error when nothing comes for ten seconds.
[[nodiscard]] CapturedRequest capture_request(const std::function<void(const std::string& endpoint)>& act,
                                              const std::string& answer);

}  // namespace leftfold::bench
