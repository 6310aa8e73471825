// SPDX-License-Identifier: Apache-2.0
#include "kafka/event_ids.h"

#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0::kafka {
namespace {

Uuid v8_of(const std::string& text) {
  // Fetching costs more than hashing, so it is done once. Never freed: the library's own clean-up at exit comes first.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (sha256 == nullptr || EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha256, nullptr) != 1) {
    throw Error{Errc::internal, "OpenSSL cannot compute a SHA-256 hash; check its configuration (openssl.cnf)"};
  }
  std::array<std::uint8_t, 16> raw{};
  std::memcpy(raw.data(), digest.data(), raw.size());
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0fU) | 0x80U);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3fU) | 0x80U);
  return Uuid{raw};
}

}  // namespace

Uuid id_of_event(std::string_view aggregate_id, Version version) {
  return v8_of(std::string{aggregate_id} + '\0' + std::to_string(version.value()));
}

Uuid id_of_record(std::string_view topic, std::int32_t partition, std::int64_t offset) {
  return v8_of(std::string{topic} + '\0' + std::to_string(partition) + '\0' + std::to_string(offset));
}

}  // namespace leftfold::inline v0::kafka
