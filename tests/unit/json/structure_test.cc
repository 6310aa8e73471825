// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/structure.h>

#include <gtest/gtest.h>

#include "unit/json/types.h"

namespace json_test {
namespace {

using leftfold::json::structure_of;

struct Tree {
  std::vector<Tree> children;
  std::map<std::string, Tree> by_name;
  Price price;
};
enum class Side : std::uint8_t { left = 1, right = 200 };
struct Everything {
  bool a;
  std::int8_t b;
  std::uint64_t c;
  float d;
  double e;
  leftfold::Bytes f;
  leftfold::Uuid g;
  leftfold::Version h;
  leftfold::Position i;
  std::vector<bool> j;
  std::unordered_set<std::string> k;
  std::unordered_map<std::string, long> l;
  std::map<Side, std::optional<unsigned short>> m;
  std::chrono::seconds n;
  leftfold::Timestamp o;
  std::array<std::variant<std::monostate, Card, int>, 2> p;
};

// The texts are a stored format: a compiler that gives another one breaks every snapshot.
TEST(Structure, IsTheSameTextFromEveryCompiler) {
  EXPECT_EQ(
      structure_of<Order>(),
      "{id:string,quantity:int32,items:list({name:string,price:float64,tags:list(string)}),counts:map(string,int32)"
      ",maybe:optional(int32),payment:variant(:null,Card:{number:string},Cash:{},Price:{cents:int64,"
      "currency:string},int32:int32,string:string),three:array(3,int32),color:enum(red=-3,green=-2,blue=200)}");
  EXPECT_EQ(structure_of<Everything>(),
            "{a:bool,b:int8,c:uint64,d:float32,e:float64,f:bytes,g:uuid,h:version,i:position,j:list(bool),k:set(string)"
            ",l:map(string,int64),m:map(enum(left=1,right=200),optional(uint16)),n:duration(1/1),o:time(1/1000),"
            "p:array(2,variant(:null,Card:{number:string},int32:int32))}");
}

TEST(Structure, AStructThatContainsItselfEnds) {
  EXPECT_EQ(structure_of<Tree>(), "{children:list(#0),by_name:map(string,#0),price:{cents:int64,currency:string}}");
}

TEST(Structure, NamesOfStructsAreNotStored) {
  struct A {
    int n;
  };
  struct B {
    int n;
  };
  EXPECT_EQ(structure_of<A>(), structure_of<B>());
}

}  // namespace
}  // namespace json_test
