// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/shape.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/json.h>
#include <leftfold/json/enum_names.h>

namespace leftfold::inline v0::json {
namespace {

/// Walks a type along a default value of it: only a value knows the defaults of its fields. One thread at a time.
class Walk {
 public:
  Json any(const Type& type, void* value) {
    switch (type.kind) {
      case Kind::null: return "null";
      case Kind::boolean: return "bool";
      case Kind::int8: return "int8";
      case Kind::int16: return "int16";
      case Kind::int32: return "int32";
      case Kind::int64: return "int64";
      case Kind::uint8: return "uint8";
      case Kind::uint16: return "uint16";
      case Kind::uint32: return "uint32";
      case Kind::uint64: return "uint64";
      case Kind::float32: return "float32";
      case Kind::float64: return "float64";
      case Kind::string: return "string";
      case Kind::bytes: return "bytes";
      case Kind::uuid: return "uuid";
      case Kind::version: return "version";
      case Kind::position: return "position";
      case Kind::any: return "any";
      case Kind::bits: return Json::object({{"list", "bool"}});
      case Kind::optional: {
        const auto& optional = static_cast<const OptionalType&>(type);
        return Json::object({{"optional", any(*optional.element, optional.emplace(value))}});
      }
      case Kind::list: {
        const auto& list = static_cast<const ListType&>(type);
        list.clear(value);
        return Json::object({{"list", any(*list.element, list.append(value))}});
      }
      case Kind::array: {
        const auto& array = static_cast<const ArrayType&>(type);
        // Of no elements nothing is known, and nothing is stored.
        Json element = array.size == 0 ? Json{"null"} : any(*array.element, array.data(value));
        return Json::object({{"array", std::move(element)}, {"size", array.size}});
      }
      case Kind::set: return set(static_cast<const SetType&>(type), value);
      case Kind::map: return map(static_cast<const MapType&>(type), value);
      case Kind::object: return object(static_cast<const ObjectType&>(type), value);
      case Kind::enumeration: return enumeration(static_cast<const EnumType&>(type));
      case Kind::variant: return variant(static_cast<const VariantType&>(type), value);
      case Kind::time: return time("time", static_cast<const TimeType&>(type));
      case Kind::duration: return time("duration", static_cast<const TimeType&>(type));
    }
    return {};
  }

 private:
  struct Filling {
    Walk& walk;
    const Type& type;
    Json inside;
  };

  Json set(const SetType& type, void* value) {
    Filling filling{*this, *type.element, {}};
    type.clear(value);
    type.insert(value, &filling, [](void* opaque, void* element) {
      auto& [walk, element_type, inside] = *static_cast<Filling*>(opaque);
      inside = walk.any(element_type, element);
    });
    return Json::object({{"set", std::move(filling.inside)}});
  }

  Json map(const MapType& type, void* value) {
    Filling filling{*this, *type.key, {}};
    type.clear(value);
    void* const mapped = type.insert(value, &filling, [](void* opaque, void* key) {
      auto& [walk, key_type, inside] = *static_cast<Filling*>(opaque);
      inside = walk.any(key_type, key);
    });
    return Json::object({{"key", std::move(filling.inside)}, {"map", any(*type.mapped, mapped)}});
  }

  Json object(const ObjectType& type, void* value) {
    if (std::ranges::find(open_, &type) != open_.end()) return Json::object({{"recursive", type.name}});
    open_.push_back(&type);
    void* addresses[reflect::detail::kMaxFields];
    type.fields(value, addresses);
    std::vector<std::size_t> order(type.size);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return type.names[i]; });
    Json fields = Json::object();
    for (const std::size_t i : order) fields[type.names[i]] = field(*type.types[i], addresses[i]);
    open_.pop_back();
    return Json::object({{"fields", std::move(fields)}, {"struct", type.name}});
  }

  Json field(const Type& type, void* value) {
    Json field = Json::object();
    try {  // before the walk, which changes the value
      std::string text;
      append(text, type, value);
      field["default"] = Json::parse(text);
    } catch (const JsonError&) {  // such as an enum without a name for 0: no default that could be stored
    }
    field["type"] = any(type, value);
    return field;
  }

  static Json enumeration(const EnumType& type) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < type.size; ++i) names.push_back(type.values[i].name);
    std::ranges::sort(names);
    Json values = Json::array();
    values.elements().assign(names.begin(), names.end());
    return Json::object({{"enum", std::move(values)}, {"name", type.name}});
  }

  Json variant(const VariantType& type, void* value) {
    std::vector<std::pair<std::string, Json>> all;
    for (std::size_t i = 0; i < type.size; ++i) {
      void* const alternative = type.emplace(value, i);
      all.emplace_back(type.names[i].empty() ? "null" : type.names[i], any(*type.types[i], alternative));
    }
    std::ranges::sort(all, {}, &std::pair<std::string, Json>::first);
    Json alternatives = Json::object();
    for (auto& [name, alternative] : all) alternatives[name] = std::move(alternative);
    return Json::object({{"variant", std::move(alternatives)}});
  }

  static Json time(std::string_view kind, const TimeType& type) {
    const std::string tick = std::to_string(type.numerator) + "/" + std::to_string(type.denominator);
    return Json::object({{std::string{kind}, tick}});
  }

  std::vector<const ObjectType*> open_;
};

}  // namespace

Json shape(const Type& type, void* value) { return Walk{}.any(type, value); }

}  // namespace leftfold::inline v0::json
