// SPDX-License-Identifier: Apache-2.0
// The insides of a call of Client.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/client.h"
#include "dynamodb/wire.h"

namespace leftfold::inline v0::dynamodb {

/// One call and what became of its attempts.
struct Client::Call {
  std::string_view operation;
  std::string_view table;  // empty: several
  Effect effect;
  std::string body;
  Instant begin{};
  int attempts = 0;
  int throttled = 0;
  int conflicts = 0;
  int last_cost = 0;                 // of the last retry, in tokens
  std::chrono::milliseconds skew{};  // by which the last attempt's time of signing was corrected
  bool may_be_done = false;          // an attempt got no clear answer
  bool new_credentials = false;
  bool new_clock = false;
};

struct Client::Answer {
  std::string body;
  std::optional<Refusal> condition;  // a condition did not hold
};

/// Why an attempt did not succeed.
struct Client::Trouble {
  Verdict verdict = Verdict::transient;
  std::optional<Refusal> refusal;
  std::string text;  // without a refusal
  bool timeout = false;
};

/// Throws Error(invalid_data) when an answer lacks what it is about: it says nothing then, least of all that there is
/// no more.
inline void must_have(bool there, std::string_view operation, std::string_view of, std::string_view what) {
  if (there) return;
  throw Error{Errc::invalid_data, "DynamoDB " + std::string{operation} + " on table " + std::string{of} +
                                      ": the answer has no " + std::string{what} +
                                      "; look at what answers at the endpoint"};
}

/// Reads the answer's members, ConsumedCapacity itself and the rest through `visit`.
template <class Visit>
CapacityUnits Client::parse(Call& call, Answer& answer, Visit visit) {
  CapacityUnits all;
  const auto add = [&](simdjson::ondemand::value in) {
    double total = 0, read = 0, write = 0;
    each_member(in, [&](std::string_view name, simdjson::ondemand::value value) {
      if (name == "CapacityUnits") check(value.get_double().get(total));
      else if (name == "ReadCapacityUnits") check(value.get_double().get(read));
      else if (name == "WriteCapacityUnits") check(value.get_double().get(write));
    });
    if (read == 0 && write == 0) (call.effect == Effect::writes ? write : read) = total;
    all += CapacityUnits{read, write};
  };
  try {
    read_object(answer.body, [&](std::string_view name, simdjson::ondemand::value value) {
      if (name != "ConsumedCapacity") return visit(name, value);
      simdjson::ondemand::json_type type{};
      check(value.type().get(type));
      if (type == simdjson::ondemand::json_type::array) each_element(value, add);
      else if (type == simdjson::ondemand::json_type::object) add(value);
    });
  } catch (const Error& e) {
    report(call, all, true);
    if (call.effect == Effect::reads) throw;
    throw Error{Errc::in_doubt, std::string{e.what()} + "; the write was accepted, read the item to be sure"};
  }
  report(call, all, false);
  return all;
}

}  // namespace leftfold::inline v0::dynamodb
