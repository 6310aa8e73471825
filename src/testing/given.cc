// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/given.h>

#include <cxxabi.h>

#include <algorithm>

#include "base/type_text.h"

namespace leftfold::inline v0::testing::detail {
namespace {

using Texts = std::span<const EventText>;

// One column for the sign, one for a space, then the event's number among its own side and its name.
void add_event(std::string& out, char sign, std::size_t number, const EventText& event) {
  out += std::string{"\n"} + sign + " " + std::to_string(number) + " " + event.name;
}

void add_field(std::string& out, char sign, const std::pair<std::string, std::string>& field) {
  out += std::string{"\n"} + sign + "     " + field.first + ": " + field.second;
}

void add_whole(std::string& out, char sign, std::size_t number, const EventText& event) {
  add_event(out, sign, number, event);
  for (const auto& field : event.fields) add_field(out, sign, field);
}

// Both are the same type of event, so their fields are the same and in the same order.
void add_changed(std::string& out, std::size_t number, const EventText& expected, const EventText& created) {
  add_event(out, ' ', number, created);
  for (std::size_t i = 0; i < expected.fields.size(); ++i) {
    if (expected.fields[i] == created.fields[i]) {
      add_field(out, ' ', expected.fields[i]);
    } else {
      add_field(out, '-', expected.fields[i]);
      add_field(out, '+', created.fields[i]);
    }
  }
}

// What stands between two events that both sides share.
void add_gap(std::string& out, Texts expected, std::size_t expected_number, Texts created, std::size_t created_number) {
  const std::size_t pairs = std::min(expected.size(), created.size());
  for (std::size_t i = 0; i < pairs; ++i) {
    if (expected[i].name == created[i].name) {
      add_changed(out, created_number + i, expected[i], created[i]);
    } else {
      add_whole(out, '-', expected_number + i, expected[i]);
      add_whole(out, '+', created_number + i, created[i]);
    }
  }
  for (std::size_t i = pairs; i < expected.size(); ++i) add_whole(out, '-', expected_number + i, expected[i]);
  for (std::size_t i = pairs; i < created.size(); ++i) add_whole(out, '+', created_number + i, created[i]);
}

// The table of the textbook algorithm for the longest common subsequence: common[i][j] is its length for the events
// from i and from j on. Tests have few events, so its square cost is nothing.
std::vector<std::vector<std::size_t>> common_lengths(Texts expected, Texts created) {
  std::vector<std::vector<std::size_t>> common(expected.size() + 1, std::vector<std::size_t>(created.size() + 1));
  for (std::size_t i = expected.size(); i-- > 0;) {
    for (std::size_t j = created.size(); j-- > 0;) {
      common[i][j] =
          expected[i] == created[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}

std::string difference(Texts expected, Texts created) {
  const auto common = common_lengths(expected, created);
  std::string out;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < expected.size() || j < created.size()) {
    const std::size_t gap_i = i;
    const std::size_t gap_j = j;
    while (i < expected.size() && j < created.size() && !(expected[i] == created[j])) {
      common[i + 1][j] >= common[i][j + 1] ? ++i : ++j;
    }
    if (i == expected.size() || j == created.size()) {
      i = expected.size();
      j = created.size();
    }
    add_gap(out, expected.subspan(gap_i, i - gap_i), gap_i, created.subspan(gap_j, j - gap_j), gap_j);
    if (i < expected.size() && j < created.size()) {
      add_whole(out, ' ', j, created[j]);
      ++i;
      ++j;
    }
  }
  return out;
}

std::string describe(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return type_name(typeid(e)) + ": " + e.what();
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type == nullptr ? "something" : type_name(*type);
  }
}

}  // namespace

std::string type_name(const std::type_info& type) { return base::type_text(type); }

void compare(std::string_view aggregate, Texts expected, Texts created, std::source_location where) {
  if (std::ranges::equal(expected, created)) return;
  std::string what{aggregate};
  if (created.empty()) {
    what += " created no event; these were expected:";
  } else if (expected.empty()) {
    what += " created events, and none was expected:";
  } else {
    what += " created other events than expected (- expected, + created):";
  }
  throw ExpectationFailed{what + difference(expected, created), where};
}

void fail_not_thrown(std::string_view aggregate, const std::type_info& expected, Texts created,
                     std::source_location where) {
  std::string what = std::string{aggregate} + ": expected that the command throws " + type_name(expected);
  what +=
      created.empty() ? ", but it created no event and threw nothing" : ", but it created:" + difference({}, created);
  throw ExpectationFailed{what, where};
}

void fail_thrown(std::string_view aggregate, const std::exception_ptr& thrown, std::string_view instead,
                 std::source_location where) {
  throw ExpectationFailed{
      std::string{aggregate} + ": the command threw " + describe(thrown) + "\n  expected: " + std::string{instead},
      where};
}

void fail_message(std::string_view aggregate, std::string_view expected, std::string_view actual,
                  std::source_location where) {
  throw ExpectationFailed{std::string{aggregate} + ": the command threw with the message " + show(actual) +
                              "\n  expected a message that contains " + show(expected),
                          where};
}

}  // namespace leftfold::inline v0::testing::detail
