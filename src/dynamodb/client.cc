// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/client.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "dynamodb/client_call.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using std::chrono::milliseconds;

// A conflict of transactions is somebody's progress, so it neither counts as an attempt nor costs tokens, up to here.
constexpr int kMostConflicts = 12;

// A transaction is over in milliseconds, and nobody can end the waits between: together they have 8 s at most.
constexpr milliseconds kLongestConflictWait{1'000};

// What the service tolerates is 5 minutes; a smaller difference cannot be why it refused.
constexpr milliseconds kLeastSkew{60'000};

void add(std::atomic<double>& sum, double more) {
  double before = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(before, before + more, std::memory_order_relaxed)) {
  }
}

/// Every answer of DynamoDB's is an object of JSON. Anything else, even nothing, is of a proxy or of one that broke
/// off.
bool is_object(std::string_view body) {
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  return begin != body.npos && body[begin] == '{';
}

/// False when the answer has a checksum that is not its body's.
bool is_whole(const http::Response& response) {
  const auto header = response.header("x-amz-crc32");
  if (!header) return true;
  std::uint32_t expected = 0;
  const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), expected);
  if (error != std::errc{} || end != header->data() + header->size()) return false;
  const auto* const body = reinterpret_cast<const unsigned char*>(response.body.data());
  return ::crc32_z(0, body, response.body.size()) == expected;
}

}  // namespace

Client::Client(Transport& transport, ClientOptions options)
    : transport_{transport}, options_{std::move(options)}, metrics_{*options_.metrics} {}

CapacityUnits Client::consumed() const { return {read_units_.load(), write_units_.load()}; }

void Client::report(const Call& call, CapacityUnits consumed, bool failed) {
  add(read_units_, consumed.read);
  add(write_units_, consumed.write);
  DynamoDbCall told;
  told.operation = call.operation;
  told.table = call.table;
  told.consumed = consumed;
  told.attempts = call.attempts;
  told.throttled = call.throttled;
  told.failed = failed;
  told.duration = options_.clock->instant() - call.begin;
  metrics_.count(told);
  if (options_.observer) options_.observer(told);
}

Client::Answer Client::call(Call& call) {
  call.begin = options_.clock->instant();
  Answer answer;
  for (;;) {
    ++call.attempts;
    std::optional<Trouble> trouble;
    try {
      trouble = attempt(call, answer);
    } catch (...) {  // not a matter of trying again: no credentials, an address that cannot be
      report(call, {}, true);
      throw;
    }
    if (!trouble) {
      quota_.give_back(call.last_cost);
      return answer;
    }
    if (!may_retry(call, *trouble)) give_up(call, *trouble);
  }
}

std::optional<Client::Trouble> Client::attempt(Call& call, Answer& answer) {
  call.skew = milliseconds{skew_ms_.load(std::memory_order_relaxed)};
  const Timestamp now = options_.clock->now() + call.skew;
  try {
    Exchange exchange = transport_.send(call.operation, call.body, now, {});
    return judged(call, exchange, answer);
  } catch (const Error& e) {
    if (e.code() != Errc::unavailable && e.code() != Errc::in_doubt) {
      if (!call.may_be_done || call.effect == Effect::reads) throw;
      throw Error{Errc::in_doubt, std::string{e.what()} + "; an earlier attempt may have been processed"};
    }
    if (e.code() == Errc::in_doubt) call.may_be_done = true;
    return Trouble{Verdict::transient, std::nullopt, e.what(), e.code() == Errc::in_doubt};
  }
}

std::optional<Client::Trouble> Client::judged(Call& call, Exchange& exchange, Answer& answer) {
  http::Response& response = exchange.response;
  if (!is_whole(response)) {
    call.may_be_done = true;
    return Trouble{Verdict::transient, std::nullopt, "the answer's checksum is not its body's", false};
  }
  if (response.ok() && !is_object(response.body)) {
    call.may_be_done = true;
    return Trouble{Verdict::transient, std::nullopt, "the answer is no JSON of DynamoDB's", false};
  }
  if (response.ok()) {
    answer.body = std::move(response.body);
    return std::nullopt;
  }
  Refusal refusal = read_refusal(response.status, response.body);
  Verdict verdict = judge(refusal);
  switch (verdict) {
    case Verdict::condition: answer.condition = std::move(refusal); return std::nullopt;
    case Verdict::transient:
    case Verdict::in_progress: call.may_be_done = true; break;
    case Verdict::throttled: ++call.throttled; break;
    case Verdict::credentials:
      if (call.new_credentials) verdict = Verdict::final;
      else transport_.refused(exchange.signed_with);
      call.new_credentials = true;
      break;
    case Verdict::clock:
      if (call.new_clock || !correct_clock(call, response)) verdict = Verdict::final;
      call.new_clock = true;
      break;
    case Verdict::conflict:
    case Verdict::final: break;
  }
  return Trouble{verdict, std::move(refusal), {}, false};
}

/// False when the time of signing was right, so that it is not why the request was refused. What it is compared with is
/// the skew of that attempt: another call may have corrected the clock meanwhile.
bool Client::correct_clock(const Call& call, const http::Response& response) {
  const auto header = response.header("Date");
  const auto date = header ? parse_http_date(*header) : std::nullopt;
  if (!date) return false;
  const milliseconds skew = *date - options_.clock->now();
  if (std::chrono::abs(skew - call.skew) < kLeastSkew) return false;
  const milliseconds before{skew_ms_.exchange(skew.count(), std::memory_order_relaxed)};
  if (std::chrono::abs(skew - before) < kLeastSkew) return true;
  options_.log->log(LogLevel::warn, "dynamodb", "this machine's clock is wrong, requests are signed by DynamoDB's",
                    {{"ahead_ms", std::to_string(-skew.count())}});
  return true;
}

bool Client::may_retry(Call& call, const Trouble& trouble) {
  switch (trouble.verdict) {
    case Verdict::condition:
    case Verdict::final: return false;
    case Verdict::credentials:
    case Verdict::clock: return true;  // once, see judged()
    case Verdict::conflict:
      if (++call.conflicts > kMostConflicts) return false;
      wait_before_retry(trouble, call.conflicts);
      return true;
    case Verdict::throttled:
    case Verdict::transient:
    case Verdict::in_progress: break;
  }
  const int counted = call.attempts - call.conflicts;
  if (counted >= options_.max_attempts) return false;
  if (options_.clock->instant() - call.begin >= options_.retry_within) return false;
  const int cost = trouble.timeout ? RetryQuota::kTimeoutCost : RetryQuota::kRetryCost;
  if (!quota_.take(cost)) {
    options_.log->log(LogLevel::warn, "dynamodb", "too many calls fail, this one is not retried",
                      {{"operation", std::string{call.operation}}});
    return false;
  }
  call.last_cost = cost;
  wait_before_retry(trouble, counted);
  return true;
}

void Client::wait_before_retry(const Trouble& trouble, int retry) {
  const milliseconds base = trouble.verdict == Verdict::throttled ? options_.throttled_wait : options_.transient_wait;
  milliseconds longest = longest_wait(base, retry);
  if (trouble.verdict == Verdict::conflict) longest = std::min(longest, kLongestConflictWait);
  base::sleep_for(*options_.clock, jittered(longest));
}

void Client::give_up(Call& call, Trouble& trouble) {
  report(call, {}, true);
  const bool in_doubt = call.may_be_done && call.effect == Effect::writes;
  const std::string attempts =
      call.attempts == 1 ? std::string{} : " (after " + std::to_string(call.attempts) + " attempts)";
  if (trouble.refusal) {
    const ServiceError error{call.operation, call.table, std::move(*trouble.refusal)};
    if (in_doubt) throw Error{Errc::in_doubt, std::string{error.what()} + attempts + "; it may have been stored"};
    throw error;
  }
  const std::string table = call.table.empty() ? std::string{} : " on table " + std::string{call.table};
  throw Error{in_doubt ? Errc::in_doubt : Errc::unavailable, "DynamoDB " + std::string{call.operation} + table + ": " +
                                                                 trouble.text + attempts +
                                                                 (in_doubt ? "; it may have been stored" : "")};
}

}  // namespace leftfold::inline v0::dynamodb
