#include "shop/hot_products.h"

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include "support/report.h"

namespace shop {
namespace {

struct HotProduct {
  std::string product;
  std::int64_t quantity = 0;
};

}  // namespace

std::map<std::string, std::int64_t> hot_products(leftfold::App& app) {
  std::map<std::string, std::int64_t> table;
  for (const auto& row : app.read_model().query<HotProduct>("SELECT product, quantity FROM hot_products")) {
    table[row.product] = row.quantity;
  }
  return table;
}

std::vector<std::pair<std::string, std::int64_t>> top_products(leftfold::App& app, std::size_t most) {
  const auto all = hot_products(app);
  std::vector<std::pair<std::string, std::int64_t>> top{all.begin(), all.end()};
  std::stable_sort(top.begin(), top.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (top.size() > most) top.resize(most);
  return top;
}

void print_hot_products(leftfold::App& app, std::ostream& out) {
  examples::Table table{{"product", ">quantity"}};
  for (const auto& [product, quantity] : top_products(app, 10)) table.add({product, examples::number(quantity)});
  table.print(out);
}

}  // namespace shop
