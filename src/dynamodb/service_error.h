// SPDX-License-Identifier: Apache-2.0
// What DynamoDB says when it refuses a request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/error.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// Why one item of a transaction was the reason to cancel it; code "None" for an innocent one.
struct CancellationReason {
  std::string code;
  std::string message;
  std::optional<Item> item;  ///< what is stored, when the request asked for it
};

/// A refusal as it came.
struct Refusal {
  std::string type;     ///< "ConditionalCheckFailedException"; empty when the answer names none
  std::string message;  ///< the service's text; may be empty
  int status = 0;
  std::vector<CancellationReason> reasons;  ///< of TransactionCanceledException, in the request's order
  std::optional<Item> item;                 ///< of ConditionalCheckFailedException, when the request asked for it
};

/// Reads an answer that is not 200. Never throws for a body that does not decode: then only the status is known.
[[nodiscard]] Refusal read_refusal(int status, std::string& body);

/// What to do about a refusal.
enum class Verdict {
  condition,    ///< a condition did not hold: an outcome, not a failure
  throttled,    ///< try again after a while; it was not processed
  conflict,     ///< another transaction is at work on an item: try again; it was not processed
  transient,    ///< try again; it may have been processed
  in_progress,  ///< the same transaction is at work: try again for its outcome
  credentials,  ///< expired or unknown: try once more with new ones; it was not processed
  clock,        ///< the signature's time is wrong: try once more by the service's clock; it was not processed
  final,        ///< trying again does not help; it was not processed
};
[[nodiscard]] Verdict judge(const Refusal& refusal);

/// A refusal as an exception, with the code that fits: throttled, unavailable, not_found, permission_denied,
/// invalid_argument, storage_full; in_doubt never. Immutable.
class ServiceError final : public Error {
 public:
  ServiceError(std::string_view operation, std::string_view table, Refusal refusal,
               std::source_location where = std::source_location::current());
  ~ServiceError() override;

  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Refusal refusal_;
};

}  // namespace leftfold::inline v0::dynamodb
