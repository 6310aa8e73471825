// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json_value.h>

#include <algorithm>
#include <array>
#include <utility>

#include "json/decimal.h"
#include "json/json_access.h"
#include "json/same_document.h"

namespace leftfold::inline v0 {
namespace {

constexpr std::array<std::string_view, 6> kKinds{"null",     "true or false", "a number",
                                                 "a string", "an array",      "an object"};

std::string quoted(std::string_view name) { return "\"" + std::string{name} + "\""; }

[[noreturn]] void fail_missing(std::string_view name) { throw JsonError{"$", "there is no member " + quoted(name)}; }

void append_indented(std::string& out, const Json& value, std::size_t depth) {
  const auto line = [&](std::size_t level) { out.append(1, '\n').append(2 * level, ' '); };
  const auto rows = [&](char open, char close, const auto& all, auto append_one) {
    out += open;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0) out += ',';
      line(depth + 1);
      append_one(all[i]);
    }
    line(depth);
    out += close;
  };
  if (value.kind() == Json::Kind::object && !value.members().empty()) {
    rows('{', '}', value.members(), [&](const Json::Member& member) {
      append_json(out, member.name);
      out += ": ";
      append_indented(out, member.value, depth + 1);
    });
  } else if (value.kind() == Json::Kind::array && !value.elements().empty()) {
    rows('[', ']', value.elements(), [&](const Json& element) { append_indented(out, element, depth + 1); });
  } else {
    out += value.text();
  }
}

}  // namespace

Json::Json() noexcept = default;
Json::Json(Number number) : value_{std::move(number)} {}
Json::Json(double value) : Json(Number{to_json(value)}) {}
Json::Json(std::string_view text) : value_{std::string{text}} {}
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
// By a value of its own: `payload = payload.at("item")` gives a value what is inside it.
Json& Json::operator=(const Json& other) { return *this = Json{other}; }
Json& Json::operator=(Json&& other) noexcept {
  Json taken{std::move(other)};
  value_ = std::move(taken.value_);
  return *this;
}
Json::~Json() = default;

Json Json::parse(std::string_view text) {
  Json value;
  json::read(text, kAnyJson, &value);
  return value;
}

Json Json::number(std::string_view digits) {
  if (!json::read_decimal(digits)) throw JsonError{"$", quoted(digits) + " is no number of JSON"};
  return JsonAccess::number(std::string{digits});
}

Json Json::array(std::initializer_list<Json> elements) {
  Json value;
  JsonAccess::make_array(value).assign(elements);
  return value;
}

Json Json::object(std::initializer_list<Member> members) {
  Json value;
  std::vector<Member>& all = JsonAccess::make_object(value);
  all.reserve(members.size());
  for (const Member& member : members) {
    if (value.contains(member.name)) throw JsonError{"$", "the member " + quoted(member.name) + " comes twice"};
    all.push_back(member);
  }
  return value;
}

std::string Json::text() const {
  std::string out;
  json::append(out, kAnyJson, this);
  return out;
}

std::string Json::indented() const {
  (void)text();  // throws what cannot be written, before a stack of its depth is needed
  std::string out;
  append_indented(out, *this, 0);
  return out += '\n';
}

const Json* Json::find(std::string_view name) const noexcept {
  const auto* const all = std::get_if<std::vector<Member>>(&value_);
  if (all == nullptr) return nullptr;
  const auto at = std::find_if(all->begin(), all->end(), [name](const Member& member) { return member.name == name; });
  return at == all->end() ? nullptr : &at->value;
}

Json* Json::find(std::string_view name) noexcept { return const_cast<Json*>(std::as_const(*this).find(name)); }

const Json& Json::at(std::string_view name) const {
  (void)members();
  const Json* const found = find(name);
  if (found == nullptr) fail_missing(name);
  return *found;
}

Json& Json::at(std::string_view name) { return const_cast<Json&>(std::as_const(*this).at(name)); }

Json& Json::operator[](std::string_view name) {
  if (is_null()) JsonAccess::make_object(*this);
  std::vector<Member>& all = members();
  if (Json* const found = find(name)) return *found;
  return all.emplace_back(Member{std::string{name}, {}}).value;
}

bool Json::rename(std::string_view from, std::string_view to) {
  for (Member& member : members()) {
    if (member.name != from) continue;
    if (from != to && contains(to)) {
      throw JsonError{"$", quoted(from) + " cannot be renamed: there is a member " + quoted(to) + " already"};
    }
    member.name = to;
    return true;
  }
  return false;
}

bool Json::add_if_missing(std::string_view name, Json value) {
  if (contains(name)) return false;
  (*this)[name] = std::move(value);
  return true;
}

Json Json::take(std::string_view name) {
  Json taken = std::move(at(name));
  remove(name);
  return taken;
}

Json Json::take(std::string_view name, Json otherwise) {
  (void)members();
  return contains(name) ? take(name) : std::move(otherwise);
}

bool Json::remove(std::string_view name) {
  return std::erase_if(members(), [name](const Member& member) { return member.name == name; }) > 0;
}

const std::vector<Json::Member>& Json::members() const {
  const auto* const all = std::get_if<std::vector<Member>>(&value_);
  if (all == nullptr) wrong_kind("an object");
  return *all;
}
std::vector<Json::Member>& Json::members() { return const_cast<std::vector<Member>&>(std::as_const(*this).members()); }

const std::vector<Json>& Json::elements() const {
  const auto* const all = std::get_if<std::vector<Json>>(&value_);
  if (all == nullptr) wrong_kind("an array");
  return *all;
}
std::vector<Json>& Json::elements() { return const_cast<std::vector<Json>&>(std::as_const(*this).elements()); }

bool Json::operator==(const Json& other) const { return json::same_document(text(), other.text()); }

void Json::wrong_kind(std::string_view expected) const {
  throw JsonError{"$", "expected " + std::string{expected} + ", found " + std::string{kKinds[value_.index()]}};
}

}  // namespace leftfold::inline v0
