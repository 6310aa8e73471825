// SPDX-License-Identifier: Apache-2.0
// The run-time description of a type that can be stored: what the JSON writer and reader walk instead of templates,
// so that a struct costs its user one small table to compile and no code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leftfold::inline v0::reflect {
struct EnumName;
}

namespace leftfold::inline v0::json {

enum class Kind : unsigned char {
  null,
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  string,
  bytes,
  uuid,
  version,
  position,
  optional,
  list,
  bits,
  array,
  map,
  set,
  object,
  enumeration,
  variant,
  time,
  duration,
  any  ///< a Json
};

/// The description of one type. The kinds with more to say derive from it. Values are addressed as void pointers to
/// an object of exactly the described type. All descriptions are constants: any thread, as long as the program.
struct Type {
  Kind kind;
};

/// Called with an opaque context and the address of one value.
using Visit = void (*)(void* context, const void* value);
/// Called with an opaque context and the address of a value to fill.
using Fill = void (*)(void* context, void* value);

/// std::optional, stored as null or its value.
struct OptionalType : Type {
  const Type* element;
  const void* (*get)(const void* optional);  ///< null when empty
  void* (*emplace)(void* optional);          ///< replaces the value by a default one
  void (*reset)(void* optional);
};

/// std::vector.
struct ListType : Type {
  const Type* element;
  std::size_t stride;
  const void* (*data)(const void* list, std::size_t& size);  ///< the first element, if any
  void (*clear)(void* list);
  void* (*append)(void* list);  ///< a default element at the end
};

/// std::vector<bool>.
struct BitsType : Type {
  std::size_t (*size)(const void* bits);
  bool (*get)(const void* bits, std::size_t index);
  void (*clear)(void* bits);
  void (*append)(void* bits, bool value);
};

/// std::array.
struct ArrayType : Type {
  const Type* element;
  std::size_t stride;
  std::size_t size;
  void* (*data)(void* array);
};

/// std::set, std::unordered_set.
struct SetType : Type {
  const Type* element;
  void (*each)(const void* set, void* context, Visit visit);
  void (*clear)(void* set);
  void (*insert)(void* set, void* context, Fill fill);  ///< fills a default element, then inserts it
};

/// std::map, std::unordered_map.
struct MapType : Type {
  const Type* key;
  const Type* mapped;
  void (*each)(const void* map, void* context, void (*visit)(void* context, const void* key, const void* mapped));
  void (*clear)(void* map);
  void* (*insert)(void* map, void* context, Fill fill_key);  ///< the new mapped value; null when the key was there
};

/// A plain struct.
struct ObjectType : Type {
  std::string_view name;
  std::size_t size;               ///< number of fields, at most 64
  const std::string_view* names;  ///< of the fields
  const Type* const* types;       ///< of the fields
  void (*fields)(void* object, void** addresses);
};

/// An enumeration, stored by the names of its values.
struct EnumType : Type {
  std::string_view name;
  std::size_t size;
  const reflect::EnumName* values;
  std::int64_t (*get)(const void* enumeration);
  void (*set)(void* enumeration, int value);
};

/// std::variant, stored with the name of its alternative.
struct VariantType : Type {
  std::size_t size;
  const std::string_view* names;  ///< of the alternatives; empty for std::monostate
  const Type* const* types;
  std::size_t (*index)(const void* variant);  ///< `size` when valueless
  const void* (*get)(const void* variant);
  void* (*emplace)(void* variant, std::size_t index);
};

/// A time point or duration: ticks of numerator/denominator seconds; 10^digits is a multiple of the denominator.
struct TimeType : Type {
  std::int64_t numerator;
  std::int64_t denominator;
  int digits;
  std::int64_t (*get)(const void* time);
  bool (*set)(void* time, std::int64_t ticks);  ///< false when the type cannot hold it
};

}  // namespace leftfold::inline v0::json
