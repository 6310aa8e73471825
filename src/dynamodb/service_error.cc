// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/service_error.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "dynamodb/wire.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using Names = std::span<const std::string_view>;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and the AWS SDKs' lists.
constexpr std::array<std::string_view, 9> kThrottled{
    "ThrottlingException",       "Throttling",           "ThrottledException",
    "RequestThrottled",          "RequestLimitExceeded", "ProvisionedThroughputExceededException",
    "RequestThrottledException", "TooManyRequests",      "LimitExceededException"};
constexpr std::array<std::string_view, 3> kThrottledItem{"ThrottlingError", "ProvisionedThroughputExceeded",
                                                         "RequestLimitExceeded"};
constexpr std::array<std::string_view, 5> kCredentials{"ExpiredTokenException", "ExpiredToken",
                                                       "UnrecognizedClientException", "InvalidClientTokenId",
                                                       "TokenRefreshRequired"};
constexpr std::array<std::string_view, 6> kClock{"RequestTimeTooSkewed",  "RequestExpired", "InvalidSignatureException",
                                                 "SignatureDoesNotMatch", "AuthFailure",    "RequestInTheFuture"};
constexpr std::array<std::string_view, 4> kDenied{"AccessDeniedException", "NotAuthorized",
                                                  "MissingAuthenticationTokenException", "OptInRequired"};

bool is_in(Names names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

/// "com.amazonaws.dynamodb.v20120810#ValidationException" without what stands before "#".
std::string short_type(std::string_view type) { return std::string{type.substr(type.rfind('#') + 1)}; }

CancellationReason read_reason(simdjson::ondemand::value in) {
  CancellationReason reason;
  each_member(in, [&](std::string_view name, simdjson::ondemand::value value) {
    if (is_null(value)) return;
    if (name == "Code") reason.code = text_of(value);
    else if (name == "Message") reason.message = text_of(value);
    else if (name == "Item") reason.item = read_item(value);
  });
  if (reason.code.empty()) reason.code = "None";
  return reason;
}

Verdict judge_transaction(const std::vector<CancellationReason>& reasons) {
  Verdict verdict = Verdict::final;
  for (const CancellationReason& reason : reasons) {
    if (reason.code == "None") continue;
    if (reason.code == "ConditionalCheckFailed") return Verdict::condition;
    if (reason.code == "TransactionConflict") {
      if (verdict != Verdict::throttled) verdict = Verdict::conflict;
    } else if (is_in(kThrottledItem, reason.code)) {
      verdict = Verdict::throttled;
    } else {
      return Verdict::final;  // ValidationError, ItemCollectionSizeLimitExceeded, what is not known yet
    }
  }
  return verdict;
}

Errc code_of(const Refusal& refusal) {
  switch (judge(refusal)) {
    case Verdict::throttled:
    case Verdict::conflict: return Errc::throttled;
    case Verdict::transient:
    case Verdict::in_progress: return Errc::unavailable;
    case Verdict::credentials:
    case Verdict::clock: return Errc::permission_denied;
    case Verdict::condition:
    case Verdict::final: break;
  }
  const std::string& type = refusal.type;
  if (type == "ResourceNotFoundException" || type == "TableNotFoundException") return Errc::not_found;
  if (is_in(kDenied, type) || refusal.status == 401 || refusal.status == 403) return Errc::permission_denied;
  const bool full = std::ranges::any_of(
      refusal.reasons, [](const CancellationReason& r) { return r.code == "ItemCollectionSizeLimitExceeded"; });
  if (full || type == "ItemCollectionSizeLimitExceededException") return Errc::storage_full;
  return Errc::invalid_argument;
}

std::string text_for(std::string_view operation, std::string_view table, const Refusal& refusal) {
  std::string text = "DynamoDB " + std::string{operation};
  if (!table.empty()) text.append(" on table ").append(table);
  text += ": ";
  text += refusal.type.empty() ? "status " + std::to_string(refusal.status) : refusal.type;
  if (!refusal.message.empty()) text += ": " + refusal.message;
  for (std::size_t i = 0; i < refusal.reasons.size(); ++i) {
    const CancellationReason& reason = refusal.reasons[i];
    if (reason.code == "None") continue;
    text += "; item " + std::to_string(i) + ": " + reason.code;
    if (!reason.message.empty()) text += " (" + reason.message + ")";
  }
  return text;
}

}  // namespace

Refusal read_refusal(int status, std::string& body) {
  Refusal refusal;
  refusal.status = status;
  try {
    read_object(body, [&](std::string_view name, simdjson::ondemand::value value) {
      if (is_null(value)) return;
      if (name == "__type") refusal.type = short_type(text_of(value));
      else if (name == "message" || name == "Message") refusal.message = text_of(value);
      else if (name == "Item") refusal.item = read_item(value);
      else if (name == "CancellationReasons") {
        each_element(value, [&](simdjson::ondemand::value reason) { refusal.reasons.push_back(read_reason(reason)); });
      }
    });
  } catch (const Error&) {
    // A proxy's page, or an answer cut short: what was read so far and the status are all there is to go by.
  }
  return refusal;
}

Verdict judge(const Refusal& refusal) {
  const std::string& type = refusal.type;
  if (type == "ConditionalCheckFailedException") return Verdict::condition;
  if (type == "TransactionCanceledException") return judge_transaction(refusal.reasons);
  if (type == "TransactionConflictException") return Verdict::conflict;
  if (type == "TransactionInProgressException") return Verdict::in_progress;
  if (is_in(kThrottled, type) || refusal.status == 429) return Verdict::throttled;
  if (is_in(kCredentials, type)) return Verdict::credentials;
  if (is_in(kClock, type)) return Verdict::clock;
  if (refusal.status >= 500) return Verdict::transient;
  return Verdict::final;
}

ServiceError::ServiceError(std::string_view operation, std::string_view table, Refusal refusal,
                           std::source_location where)
    : Error{code_of(refusal), text_for(operation, table, refusal), where}, refusal_{std::move(refusal)} {}
ServiceError::~ServiceError() = default;

}  // namespace leftfold::inline v0::dynamodb
