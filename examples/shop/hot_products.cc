// SPDX-License-Identifier: Apache-2.0
#include "shop/hot_products.h"

#include <algorithm>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include "support/report.h"

namespace shop {

std::map<std::string, std::int64_t> hot_products(leftfold::ReadTables& tables) {
  const leftfold::ReadTable<HotProduct> hot{tables, "hot_products"};
  std::map<std::string, std::int64_t> all;
  for (;;) {  // page by page
    const std::size_t before = all.size();
    for (const auto& [product, row] : hot.rows(all.empty() ? "" : all.rbegin()->first)) all[product] = row.quantity;
    if (all.size() == before) return all;
  }
}

std::vector<std::pair<std::string, std::int64_t>> top_products(leftfold::ReadTables& tables, std::size_t most) {
  const auto all = hot_products(tables);
  std::vector<std::pair<std::string, std::int64_t>> top{all.begin(), all.end()};
  std::sort(top.begin(), top.end(),
            [](const auto& a, const auto& b) { return std::tie(b.second, a.first) < std::tie(a.second, b.first); });
  if (top.size() > most) top.resize(most);
  return top;
}

void print_hot_products(leftfold::ReadTables& tables, std::ostream& out) {
  examples::Table table{{"product", ">quantity"}};
  for (const auto& [product, quantity] : top_products(tables, 10)) table.add({product, examples::number(quantity)});
  table.print(out);
}

}  // namespace shop
