// SPDX-License-Identifier: Apache-2.0
#include "http/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

#include <leftfold/error.h>

namespace leftfold::inline v0::http {
namespace {

// Fetching costs more than hashing, so it is done once. Never freed: the library's own clean-up at exit comes first.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) throw Error{Errc::internal, "OpenSSL has no SHA-256; check its configuration (openssl.cnf)"};
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Digest hash(std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  Digest digest;
  bool done = context != nullptr && EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!done || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    throw Error{Errc::internal, "OpenSSL cannot compute a SHA-256 hash; check its configuration (openssl.cnf)"};
  }
  return digest;
}

}  // namespace

Digest sha256(std::string_view bytes) { return hash({bytes}); }

// By hand, because EVP_MAC and HMAC() fetch and allocate on every call: 2.4 times the cost of a whole signature.
Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  Digest short_key;
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = bytes_of(short_key);
  }
  std::array<char, kBlock> inner;
  std::array<char, kBlock> outer;
  inner.fill(0x36);
  outer.fill(0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  const Digest inner_hash = hash({{inner.data(), kBlock}, bytes});
  return hash({{outer.data(), kBlock}, bytes_of(inner_hash)});
}

void append_hex(std::string& out, const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 2 * sizeof(Digest)> text;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  out.append(text.data(), text.size());
}

}  // namespace leftfold::inline v0::http
