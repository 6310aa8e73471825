// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/deflate.h"

#include <zlib.h>

#include <new>

namespace leftfold::inline v0::dynamodb {

Bytes deflated(std::string_view text) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  Bytes out(size);
  const int result = compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                              static_cast<uLong>(text.size()));
  if (result != Z_OK) throw std::bad_alloc{};  // the only failure with room for the bound
  out.resize(size);
  return out;
}

std::optional<std::string> inflated(const Bytes& bytes, std::size_t size) {
  std::string out(size, '\0');
  uLongf written = static_cast<uLongf>(size);
  const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &written,
                                reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()));
  if (result == Z_MEM_ERROR) throw std::bad_alloc{};
  if (result != Z_OK || written != size) return std::nullopt;
  return out;
}

}  // namespace leftfold::inline v0::dynamodb
