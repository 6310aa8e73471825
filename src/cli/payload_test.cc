// SPDX-License-Identifier: Apache-2.0
#include "cli/payload_test.h"

#include <algorithm>

#include "cli/flags.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {

PayloadTest::PayloadTest(std::string_view flag, std::string_view text) {
  path_.emplace_back();
  std::size_t at = 0;
  for (; at < text.size() && text[at] != '='; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) path_.back() += text[++at];
    else if (text[at] == '.') path_.emplace_back();
    else path_.back() += text[at];
  }
  const bool has_gap = std::any_of(path_.begin(), path_.end(), [](const std::string& step) { return step.empty(); });
  if (at == text.size() || has_gap) {
    refuse_value(flag, text, "PATH=VALUE, such as product_id=apple or address.city=Rome");
  }
  value_ = text.substr(at + 1);
  try {
    number_ = Json::number(value_);
  } catch (const JsonError&) {
    number_.reset();  // a text
  }
}

bool PayloadTest::holds(std::string_view payload) const {
  if (!may_hold(payload)) return false;
  try {
    return found_in(Json::parse(payload), 0);
  } catch (const JsonError&) {
    return false;
  }
}

/// Says no without parsing where the names or the text are not in it at all, which is most of a store.
bool PayloadTest::may_hold(std::string_view payload) const noexcept {
  if (payload.find('\\') != payload.npos) return true;  // a name may be written with escapes
  if (!number_ && payload.find(value_) == payload.npos) return false;
  return std::all_of(path_.begin(), path_.end(), [payload](const std::string& step) {
    return payload.find(step) != payload.npos || whole_number(step).has_value();
  });
}

bool PayloadTest::found_in(const Json& value, std::size_t step) const {
  if (value.kind() == Json::Kind::array) {
    const std::vector<Json>& elements = value.elements();
    const auto number = step < path_.size() ? whole_number(path_[step]) : std::nullopt;
    if (number) {
      return *number < static_cast<std::int64_t>(elements.size()) &&
             found_in(elements[static_cast<std::size_t>(*number)], step + 1);
    }
    return std::any_of(elements.begin(), elements.end(), [&](const Json& each) { return found_in(each, step); });
  }
  if (step == path_.size()) return is_value(value);
  const Json* const member = value.find(path_[step]);
  return member != nullptr && found_in(*member, step + 1);
}

bool PayloadTest::is_value(const Json& value) const {
  switch (value.kind()) {
    case Json::Kind::string: return value.as<std::string>() == value_;
    case Json::Kind::number: return number_ && value == *number_;
    case Json::Kind::boolean:
    case Json::Kind::null: return value.text() == value_;
    case Json::Kind::array:
    case Json::Kind::object: return false;
  }
  return false;
}

}  // namespace leftfold::inline v0::cli
