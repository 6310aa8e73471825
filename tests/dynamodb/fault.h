// SPDX-License-Identifier: Apache-2.0
// What can go wrong with one request to DynamoDB.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace leftfold::test_dynamodb {

/// What becomes of one request. Plain value, made by the functions below.
struct Fault {
  enum class Request {
    forwarded,  ///< the service gets it
    dropped,    ///< it does not
    held,       ///< it does, but only when FaultProxy::release() is called
  };
  enum class Answer {
    passed,      ///< the service's, perhaps changed
    made_up,     ///< status, headers and body below
    reset,       ///< the connection is reset
    withheld,    ///< nothing until the client gives up
    half,        ///< the service's, broken off in its middle
    bad_crc,     ///< the service's, with the checksum of something else
    torn,        ///< of a Query: without `lost` items, beginning with the `first`
    empty_page,  ///< a page without items; the query goes on behind it
  };
  Request request = Request::forwarded;
  Answer answer = Answer::passed;
  int status = 0;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::size_t first = 0;
  std::size_t lost = 0;
};

namespace fault {

[[nodiscard]] inline Fault none() { return {}; }
/// It was done, and nobody hears of it.
[[nodiscard]] inline Fault reset_after() { return {Fault::Request::forwarded, Fault::Answer::reset}; }
/// It was not done, and nobody hears of that.
[[nodiscard]] inline Fault reset_before() { return {Fault::Request::dropped, Fault::Answer::reset}; }
[[nodiscard]] inline Fault silence_after() { return {Fault::Request::forwarded, Fault::Answer::withheld}; }
[[nodiscard]] inline Fault silence_before() { return {Fault::Request::dropped, Fault::Answer::withheld}; }
/// It reaches the service long after its client gave up.
[[nodiscard]] inline Fault late() { return {Fault::Request::held, Fault::Answer::withheld}; }
[[nodiscard]] inline Fault half_after() { return {Fault::Request::forwarded, Fault::Answer::half}; }
[[nodiscard]] inline Fault bad_crc() { return {Fault::Request::forwarded, Fault::Answer::bad_crc}; }
[[nodiscard]] inline Fault empty_page() { return {Fault::Request::forwarded, Fault::Answer::empty_page}; }
[[nodiscard]] inline Fault torn(std::size_t first, std::size_t lost) {
  Fault fault{Fault::Request::forwarded, Fault::Answer::torn};
  fault.first = first;
  fault.lost = lost;
  return fault;
}

/// The service's refusal of this type; `members` is more JSON, beginning with a comma.
[[nodiscard]] inline Fault refusal(const std::string& type, int status = 400, const std::string& members = {}) {
  Fault fault{Fault::Request::dropped, Fault::Answer::made_up, status};
  fault.headers = {{"Content-Type", "application/x-amz-json-1.0"}};
  fault.body = R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + type + "\"" + members + "}";
  return fault;
}
/// A cancelled transaction, one code an item: "None" for an innocent one.
[[nodiscard]] inline Fault cancelled(const std::vector<std::string>& codes) {
  std::string reasons;
  for (const std::string& code : codes) reasons += (reasons.empty() ? "" : ",") + ("{\"Code\":\"" + code + "\"}");
  return refusal("TransactionCanceledException", 400, ",\"CancellationReasons\":[" + reasons + "]");
}
/// The status of a server that broke: after it did the work, or before.
[[nodiscard]] inline Fault error_after(int status) {
  Fault fault = refusal("InternalServerError", status);
  fault.request = Fault::Request::forwarded;
  return fault;
}
[[nodiscard]] inline Fault error_before(int status) { return refusal("InternalServerError", status); }
/// An answer of the test's own.
[[nodiscard]] inline Fault answers(std::string body) {
  Fault fault{Fault::Request::dropped, Fault::Answer::made_up, 200};
  fault.body = std::move(body);
  return fault;
}

}  // namespace fault
}  // namespace leftfold::test_dynamodb
