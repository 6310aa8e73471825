// SPDX-License-Identifier: Apache-2.0
// Values of any shape: how a Json is read and written.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "json/json_access.h"
#include "json/reader.h"
#include "json/writer.h"

namespace leftfold::inline v0::json {

void Reader::any_json(Value& in, void* into) {
  Json& out = *static_cast<Json*>(into);
  ondemand::json_type kind{};
  check(in.type().get(kind));
  switch (kind) {
    case ondemand::json_type::null:
      null(in);
      out = Json{};
      return;
    case ondemand::json_type::boolean: {
      bool flag = false;
      boolean(in, &flag);
      out = Json{flag};
      return;
    }
    case ondemand::json_type::number: {
      std::string_view digits = in.raw_json_token();
      digits = digits.substr(0, digits.find_last_not_of(" \t\r\n") + 1);
      std::string kept{digits};
      double checked = 0;  // the parser's judgement, and its way on
      floating_number(in, checked);
      out = JsonAccess::number(std::move(kept));
      return;
    }
    case ondemand::json_type::string: out = Json{text(in, "a string")}; return;
    case ondemand::json_type::array: {
      const auto elements = array(in, "an array");
      enter(in);
      std::vector<Json>& all = JsonAccess::make_array(out);
      each(elements, [&](Value& element) { any_json(element, &all.emplace_back()); });
      return leave();
    }
    case ondemand::json_type::object: break;
  }
  auto fields = members(in, "an object");
  enter(in);
  std::vector<Json::Member>& all = JsonAccess::make_object(out);
  std::vector<const char*> places;
  for (auto result : fields) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    places.push_back(field.key().raw());
    std::string_view name;
    check(field.unescaped_key().get(name), places.back());
    all.push_back({std::string{name}, {}});
    any_json(field.value(), &all.back().value);
  }
  std::vector<std::pair<std::string_view, const char*>> names;
  for (std::size_t i = 0; i < all.size(); ++i) names.emplace_back(all[i].name, places[i]);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names, {}, [](const auto& name) { return name.first; });
  if (twice != names.end()) fail(std::next(twice)->second, "the field is there twice");
  leave();
}

void Writer::write_any_json(const void* value) {
  const Json& json = *static_cast<const Json*>(value);
  switch (json.kind()) {
    case Json::Kind::null: return out_.put("null");
    case Json::Kind::boolean: return out_.put(JsonAccess::boolean(json) ? std::string_view{"true"} : "false");
    case Json::Kind::number: return out_.put(JsonAccess::digits(json));
    case Json::Kind::string: return write_string(JsonAccess::string(json));
    case Json::Kind::array:
      open('[');
      for (const Json& element : json.elements()) {
        comma_unless_first();
        write_any_json(&element);
      }
      return close(']');
    case Json::Kind::object:
      open('{');
      for (const Json::Member& member : json.members()) {
        comma_unless_first();
        write_string(member.name);
        out_.put(':');
        write_any_json(&member.value);
      }
      return close('}');
  }
}

}  // namespace leftfold::inline v0::json
