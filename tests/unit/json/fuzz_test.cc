// SPDX-License-Identifier: Apache-2.0
// Random values and damaged texts, against nlohmann's parser as the oracle. A fixed number of rounds by default; with
// LEFTFOLD_FUZZ_SECONDS=n as many as fit into n seconds, from another seed each time.
#include <nlohmann/json.hpp>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>

#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;

namespace {

struct Nothing {};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_{seed} {}

  std::size_t below(std::size_t bound) { return engine_() % bound; }
  std::uint64_t bits() { return engine_(); }

  std::string string() {
    static constexpr const char* kParts[] = {"a",    "pear", "\"", "\\", "\n",   "\x01",
                                             "\x1f", "ü",    "€",  "🍐", "/",    " ",
                                             "{",    "]",    ",",  ":",  "\x7f", "0123456789abcdef"};
    std::string text;
    for (std::size_t i = below(8); i > 0; --i) text += kParts[below(std::size(kParts))];
    return text;
  }
  double number() {
    for (;;) {
      const auto any = std::bit_cast<double>(bits());
      const double value = below(2) == 0 ? any : static_cast<double>(below(100'000)) / 100.0;
      if (std::isfinite(value)) return value;
    }
  }
  Order order() {
    Order order;
    order.id = string();
    order.quantity = static_cast<int>(bits());
    for (std::size_t i = below(4); i > 0; --i) {
      Item item{string(), number(), {}};
      for (std::size_t k = below(3); k > 0; --k) item.tags.push_back(string());
      order.items.push_back(item);
    }
    for (std::size_t i = below(4); i > 0; --i) order.counts[string()] = static_cast<int>(bits());
    if (below(2) == 0) order.maybe.reset();
    switch (below(6)) {
      case 0: order.payment = Card{string()}; break;
      case 1: order.payment = Cash{}; break;
      case 2: order.payment = Price{static_cast<std::int64_t>(bits()), string()}; break;
      case 3: order.payment = static_cast<int>(bits()); break;
      case 4: order.payment = string(); break;
      default: break;
    }
    order.color = below(2) == 0 ? Color::green : Color::blue;
    return order;
  }
  /// Any document, not deeper than the limit.
  nlohmann::json document(int depth = 0) {
    switch (below(depth > 4 ? 6 : 8)) {
      case 0: return nullptr;
      case 1: return below(2) == 0;
      case 2: return static_cast<std::int64_t>(bits());
      case 3: return bits();
      case 4: return number();
      case 5: return string();
      case 6: {
        auto array = nlohmann::json::array();
        for (std::size_t i = below(4); i > 0; --i) array.push_back(document(depth + 1));
        return array;
      }
      default: {
        auto object = nlohmann::json::object();
        for (std::size_t i = below(4); i > 0; --i) object[string()] = document(depth + 1);
        return object;
      }
    }
  }
  /// Damages a text in one to four places, with a liking for bytes that mean something.
  std::string damaged(std::string text) {
    static constexpr std::string_view kBytes = "{}[]\",:\\ntfu0123456789eE+-./ \t\n\xff\x80\xc3\xed\xa0\x01";
    for (std::size_t i = 1 + below(4); i > 0 && !text.empty(); --i) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0: text[at] = kBytes[below(kBytes.size())]; break;
        case 1: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
        case 2: text.erase(at, 1 + below(3)); break;
        case 3: text.insert(at, text.substr(below(text.size()), 1 + below(12))); break;
        case 4: text[at] = static_cast<char>(1 + below(255)); break;
        default: text.resize(at); break;
      }
    }
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

/// Calls round(random) as often as asked for.
void repeat(std::size_t rounds, const std::function<void(Random&)>& round) {
  const char* const seconds = std::getenv("LEFTFOLD_FUZZ_SECONDS");
  if (seconds == nullptr) {
    Random random{1};
    for (std::size_t i = 0; i < rounds && !testing::Test::HasFailure(); ++i) round(random);
    return;
  }
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random{seed};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{std::atoi(seconds)};
  while (std::chrono::steady_clock::now() < end && !testing::Test::HasFailure()) round(random);
}

template <class T>
bool accepted(const std::string& text) {
  try {
    (void)from_json<T>(text);
    return true;
  } catch (const JsonError& error) {
    EXPECT_TRUE(error.path().starts_with('$')) << error.path();
    return false;
  }
}

/// The deepest nesting of the brackets outside strings.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (string && text[i] == '\\') ++i;
    else if (text[i] == '"') string = !string;
    else if (!string && (text[i] == '[' || text[i] == '{')) deepest = std::max(deepest, ++depth);
    else if (!string && (text[i] == ']' || text[i] == '}')) --depth;
  }
  return deepest;
}

}  // namespace

TEST(JsonFuzz, random_values_mean_the_same_to_another_parser) {
  repeat(3'000, [](Random& random) {
    const Order order = random.order();
    const std::string text = to_json(order);
    const auto parsed = nlohmann::json::parse(text);
    ASSERT_EQ(parsed.at("id").get<std::string>(), order.id);
    ASSERT_EQ(parsed.at("quantity").get<int>(), order.quantity);
    ASSERT_EQ(parsed.at("items").size(), order.items.size());
    for (std::size_t i = 0; i < order.items.size(); ++i) {
      ASSERT_EQ(parsed.at("items")[i].at("price").get<double>(), order.items[i].price) << text;
      ASSERT_EQ(parsed.at("items")[i].at("tags").get<std::vector<std::string>>(), order.items[i].tags);
    }
    ASSERT_EQ((parsed.at("counts").get<std::map<std::string, int>>()), order.counts);
    // Its own way to write the same document: other order, other escapes, indented.
    ASSERT_EQ(to_json(from_json<Order>(parsed.dump(2, ' ', true))), text);
    ASSERT_EQ(to_json(from_json<Order>(text)), text);
  });
}

TEST(JsonFuzz, any_document_can_be_ignored) {
  repeat(3'000, [](Random& random) {
    const nlohmann::json document = {{"a", random.document()}, {"b", random.document()}};
    ASSERT_TRUE(accepted<Nothing>(document.dump())) << document;
    ASSERT_TRUE(accepted<Nothing>(document.dump(1, '\t', true))) << document;
  });
}

TEST(JsonFuzz, damaged_documents_are_accepted_only_when_another_parser_accepts_them) {
  repeat(30'000, [](Random& random) {
    const nlohmann::json document = {{"a", random.document()}};
    const std::string text = random.damaged(document.dump(-1, ' ', random.below(2) == 0));
    // nlohmann skips a byte order mark and takes a NUL for the end.
    if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != text.npos) return;
    const bool good =
        nlohmann::json::accept(text) && depth_of(text) <= json::kMaxDepth && nlohmann::json::parse(text).is_object();
    ASSERT_EQ(accepted<Nothing>(text), good) << text;
  });
}

TEST(JsonFuzz, damaged_events_are_read_right_or_refused) {
  repeat(30'000, [](Random& random) {
    const std::string text = random.damaged(to_json(random.order()));
    Order order;
    try {
      order = from_json<Order>(text);
    } catch (const JsonError& error) {
      ASSERT_TRUE(error.path().starts_with('$')) << error.path();
      return;
    }
    ASSERT_TRUE(nlohmann::json::accept(text)) << text;
    const auto parsed = nlohmann::json::parse(text);
    ASSERT_EQ(order.id, parsed.value("id", std::string{})) << text;
    ASSERT_EQ(order.quantity, parsed.value("quantity", 1)) << text;
    ASSERT_EQ(to_json(from_json<Order>(to_json(order))), to_json(order)) << text;
  });
}
