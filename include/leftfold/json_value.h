// SPDX-License-Identifier: Apache-2.0
// A JSON value of any shape: what an upcast gets to change, and what a schema is made of.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <leftfold/json.h>

namespace leftfold::inline v0 {

/// One JSON value, with all that is in it. Numbers keep the digits they were written with, so whole numbers of any size
/// and decimal fractions pass through unchanged; members keep their order.
///
///     leftfold::Json item = leftfold::Json::parse(R"({"sku":"apple","price":0.10})");
///     item.rename("sku", "product_id");
///     item["currency"] = "EUR";
///     item.text();  // {"product_id":"apple","price":0.10,"currency":"EUR"}
///
/// A value: copies share nothing. One thread at a time while it is changed. Functions that need another kind of value
/// than this is throw JsonError that says which; its path() is relative to the value asked.
class Json {
  struct Number {
    std::string digits;
  };

 public:
  enum class Kind : unsigned char { null, boolean, number, string, array, object };
  struct Member;

  Json() noexcept;  ///< null
  Json(std::nullptr_t) noexcept : Json() {}
  template <std::same_as<bool> Bool>
  Json(Bool value) : value_{value} {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !json::detail::CharacterType<Integer>)
  Json(Integer value) : Json(Number{std::to_string(value)}) {}
  /// The shortest digits that read back as this number. Throws JsonError for NaN and infinity.
  Json(double value);
  Json(std::string_view text);
  Json(const std::string& text) : Json(std::string_view{text}) {}
  Json(const char* text) : Json(std::string_view{text}) {}

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  /// Throws JsonError as read_json does: malformed, a member twice, nested deeper than 32, a number no double comes
  /// near.
  [[nodiscard]] static Json parse(std::string_view text);
  /// A number by its digits, as in "12345678901234567890" or "0.10". Throws JsonError when `digits` is no number of
  /// JSON.
  [[nodiscard]] static Json number(std::string_view digits);
  [[nodiscard]] static Json array(std::initializer_list<Json> elements = {});
  /// Throws JsonError for a name given twice.
  [[nodiscard]] static Json object(std::initializer_list<Member> members = {});
  /// Any value that can be stored, as JSON. Throws as to_json.
  template <class T>
  [[nodiscard]] static Json of(const T& value) {
    return parse(to_json(value));
  }

  [[nodiscard]] Kind kind() const noexcept { return static_cast<Kind>(value_.index()); }
  [[nodiscard]] bool is_null() const noexcept { return kind() == Kind::null; }
  /// This value as a T: bool, a number that fits, std::string, a struct, ... Throws as from_json.
  template <class T>
  [[nodiscard]] T as() const {
    return from_json<T>(text());
  }
  /// Compact JSON. Throws JsonError for text that is not UTF-8 and for nesting deeper than 32.
  [[nodiscard]] std::string text() const;
  /// JSON for people and for diffs: a line a member or element, two spaces a level, a line break at the end. Throws as
  /// text().
  [[nodiscard]] std::string indented() const;

  /// Objects. A null turns into an empty object when a member is set.
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// The member, or null pointer; also of a value that is no object.
  [[nodiscard]] const Json* find(std::string_view name) const noexcept;
  [[nodiscard]] Json* find(std::string_view name) noexcept;
  /// The member. Throws JsonError when it is missing.
  [[nodiscard]] const Json& at(std::string_view name) const;
  [[nodiscard]] Json& at(std::string_view name);
  /// The member, added as null behind the others when it is missing.
  [[nodiscard]] Json& operator[](std::string_view name);
  /// Gives a member another name in its place. Returns false when there is none to rename. Throws JsonError when the
  /// new name is taken; nothing is changed then.
  bool rename(std::string_view from, std::string_view to);
  /// Adds a member unless there is one of this name. Returns whether it did.
  bool add_if_missing(std::string_view name, Json value);
  /// Removes the member and returns it. Throws JsonError when it is missing.
  Json take(std::string_view name);
  /// The same, and `otherwise` when it is missing.
  Json take(std::string_view name, Json otherwise);
  /// Removes the member. Returns whether there was one.
  bool remove(std::string_view name);
  [[nodiscard]] const std::vector<Member>& members() const;
  [[nodiscard]] std::vector<Member>& members();  ///< keep the names different

  /// Arrays.
  [[nodiscard]] const std::vector<Json>& elements() const;
  [[nodiscard]] std::vector<Json>& elements();

  /// The same document: members in any order, numbers equal as exact decimals.
  [[nodiscard]] bool operator==(const Json& other) const;

 private:
  friend struct JsonAccess;  // the reader and the writer
  explicit Json(Number number);
  [[noreturn]] void wrong_kind(std::string_view expected) const;

  std::variant<std::monostate, bool, Number, std::string, std::vector<Json>, std::vector<Member>> value_;
};

/// A member of an object.
struct Json::Member {
  std::string name;
  Json value;
};

}  // namespace leftfold::inline v0
