// SPDX-License-Identifier: Apache-2.0
// Names of types as programs write them.
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include <leftfold/error.h>

#include "base/type_text.h"

namespace shop {
struct NoSuchProduct : std::runtime_error {
  using std::runtime_error::runtime_error;
};
template <class T>
struct Refused {};
}  // namespace shop

namespace leftfold::base {
namespace {

TEST(TypeText, IsWhatAProgramWrites) {
  EXPECT_EQ(type_text(typeid(shop::NoSuchProduct)), "shop::NoSuchProduct");
  EXPECT_EQ(type_text(typeid(std::runtime_error)), "std::runtime_error");
  EXPECT_EQ(type_text(typeid(int)), "int");
}

TEST(TypeText, LeavesOutTheInlineNamespaceOfTheLibrary) {
  EXPECT_EQ(type_text(typeid(Error)), "leftfold::Error");
  EXPECT_EQ(type_text(typeid(shop::Refused<Error>)), "shop::Refused<leftfold::Error>");
}

}  // namespace
}  // namespace leftfold::base
