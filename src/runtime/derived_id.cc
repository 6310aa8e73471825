// SPDX-License-Identifier: Apache-2.0
#include "runtime/derived_id.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/sha256.h"

namespace leftfold::inline v0::runtime {

Uuid derived_id(std::string_view aggregate_id, Version version) {
  base::Sha256 hash;
  hash.add(std::string{aggregate_id} + '\0' + std::to_string(version.value()));
  const base::Sha256Digest digest = hash.finish();
  std::array<std::uint8_t, 16> raw{};
  std::copy_n(digest.begin(), raw.size(), raw.begin());
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0fU) | 0x80U);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3fU) | 0x80U);
  return Uuid{raw};
}

}  // namespace leftfold::inline v0::runtime
