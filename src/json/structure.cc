// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/structure.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <leftfold/json/enum_names.h>

namespace leftfold::inline v0::json {
namespace {

/// Writes one structure. The words are a stored format: docs/format/snapshots.md.
class StructureWriter {
 public:
  [[nodiscard]] std::string take() { return std::move(out_); }

  void write(const Type& type) {
    switch (type.kind) {
      case Kind::null: out_ += "null"; return;
      case Kind::boolean: out_ += "bool"; return;
      case Kind::int8: out_ += "int8"; return;
      case Kind::int16: out_ += "int16"; return;
      case Kind::int32: out_ += "int32"; return;
      case Kind::int64: out_ += "int64"; return;
      case Kind::uint8: out_ += "uint8"; return;
      case Kind::uint16: out_ += "uint16"; return;
      case Kind::uint32: out_ += "uint32"; return;
      case Kind::uint64: out_ += "uint64"; return;
      case Kind::float32: out_ += "float32"; return;
      case Kind::float64: out_ += "float64"; return;
      case Kind::string: out_ += "string"; return;
      case Kind::bytes: out_ += "bytes"; return;
      case Kind::uuid: out_ += "uuid"; return;
      case Kind::version: out_ += "version"; return;
      case Kind::position: out_ += "position"; return;
      case Kind::bits: out_ += "list(bool)"; return;
      case Kind::optional: return of("optional", *as<OptionalType>(type).element);
      case Kind::list: return of("list", *as<ListType>(type).element);
      case Kind::set: return of("set", *as<SetType>(type).element);
      case Kind::array: return write_array(as<ArrayType>(type));
      case Kind::map: return write_map(as<MapType>(type));
      case Kind::object: return write_object(as<ObjectType>(type));
      case Kind::enumeration: return write_enum(as<EnumType>(type));
      case Kind::variant: return write_variant(as<VariantType>(type));
      case Kind::time: return write_time("time", as<TimeType>(type));
      case Kind::duration: return write_time("duration", as<TimeType>(type));
      case Kind::any: out_ += "any"; return;
    }
  }

 private:
  template <class T>
  static const T& as(const Type& type) {
    return static_cast<const T&>(type);
  }

  void of(std::string_view word, const Type& element) {
    out_.append(word).append("(");
    write(element);
    out_ += ')';
  }

  void write_array(const ArrayType& array) {
    out_.append("array(").append(std::to_string(array.size)).append(",");
    write(*array.element);
    out_ += ')';
  }

  void write_map(const MapType& map) {
    out_ += "map(";
    write(*map.key);
    out_ += ',';
    write(*map.mapped);
    out_ += ')';
  }

  void write_object(const ObjectType& object) {
    const auto known = std::find(objects_.begin(), objects_.end(), &object);
    if (known != objects_.end()) {
      out_.append("#").append(std::to_string(known - objects_.begin()));
      return;
    }
    objects_.push_back(&object);
    out_ += '{';
    for (std::size_t i = 0; i < object.size; ++i) named(i, object.names[i], *object.types[i]);
    out_ += '}';
  }

  void write_enum(const EnumType& enumeration) {
    out_ += "enum(";
    for (std::size_t i = 0; i < enumeration.size; ++i) {
      const reflect::EnumName& value = enumeration.values[i];
      if (i > 0) out_ += ',';
      out_.append(value.name).append("=").append(std::to_string(value.value));
    }
    out_ += ')';
  }

  void write_variant(const VariantType& variant) {
    out_ += "variant(";
    for (std::size_t i = 0; i < variant.size; ++i) named(i, variant.names[i], *variant.types[i]);
    out_ += ')';
  }

  void write_time(std::string_view word, const TimeType& time) {
    out_.append(word).append("(").append(std::to_string(time.numerator));
    out_.append("/").append(std::to_string(time.denominator)).append(")");
  }

  void named(std::size_t place, std::string_view name, const Type& type) {
    if (place > 0) out_ += ',';
    out_.append(name).append(":");
    write(type);
  }

  std::string out_;
  std::vector<const ObjectType*> objects_;
};

}  // namespace

std::string structure(const Type& type) {
  StructureWriter writer;
  writer.write(type);
  return writer.take();
}

}  // namespace leftfold::inline v0::json
