// SPDX-License-Identifier: Apache-2.0
// SHA-256 by the examples of FIPS 180-4 and of NIST's test vectors.
#include "base/sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace leftfold::base {
namespace {

std::string hash_of(std::string_view text, std::size_t part = std::string_view::npos) {
  Sha256 hash;
  for (std::size_t at = 0; at < text.size(); at += std::min(part, text.size())) hash.add(text.substr(at, part));
  return to_hex(hash.finish());
}

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
TEST(Sha256, HashesTheStandardsExamples) {
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameInWhateverPartsATextComes) {
  for (const std::size_t size : {1U, 55U, 56U, 57U, 63U, 64U, 65U, 119U, 120U, 128U, 1000U}) {
    const std::string text(size, 'x');
    for (const std::size_t part : {1U, 7U, 63U, 64U, 65U}) EXPECT_EQ(hash_of(text, part), hash_of(text)) << size;
  }
}

}  // namespace
}  // namespace leftfold::base
