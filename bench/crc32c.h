// SPDX-License-Identifier: Apache-2.0
// CRC32C, the checksum that storage formats use.
#pragma once

#include <cstdint>
#include <string_view>

namespace leftfold::bench {

/// CRC32C (Castagnoli, RFC 3720 appendix B.4) of the bytes; in hardware where the processor has SSE 4.2.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace leftfold::bench
