// SPDX-License-Identifier: Apache-2.0
#include "shop/cart_service.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <leftfold/json.h>

#include "shop/hot_products.h"

namespace shop {
namespace {

constexpr std::size_t kMostIdCharacters = 64;
constexpr std::size_t kMostKeyCharacters = 200;
constexpr int kMostAtOnce = 1000;
constexpr std::size_t kTop = 10;

// Bodies, by their members' names. What is optional may be left out.
struct ItemBody {
  std::optional<std::string> product_id;
  std::optional<int> quantity;
};
struct EmptyBody {};
struct CommandAnswer {
  std::string cart;
  std::int64_t version = 0;
  bool repeated = false;
};
struct CartAnswer {
  std::string cart;
  std::int64_t version = 0;
  std::map<std::string, int> items;
  int quantity = 0;
  bool checked_out = false;
};
struct HotAnswer {
  struct Product {
    std::string product_id;
    std::int64_t quantity = 0;
  };
  std::vector<Product> products;
};
struct HealthAnswer {
  std::string status;
};
struct ErrorAnswer {
  struct Body {
    std::string code;
    std::string message;
  };
  Body error;
};

// A request that can never work.
struct BadRequest : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Body>
HttpAnswer ok(const Body& body) {
  return {200, leftfold::to_json(body), {}, false};
}

bool is_letter_of_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

void check_id(std::string_view what, std::string_view id) {
  if (!id.empty() && id.size() <= kMostIdCharacters && std::all_of(id.begin(), id.end(), is_letter_of_id)) return;
  throw BadRequest{std::string{what} + " is 1 to " + std::to_string(kMostIdCharacters) +
                   " letters, digits, '-', '_' and '.'"};
}

std::string key_of(const HttpRequest& request) {
  if (!request.idempotency_key) return {};
  const std::string& key = *request.idempotency_key;
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!key.empty() && key.size() <= kMostKeyCharacters && printable) return key;
  throw BadRequest{"Idempotency-Key is 1 to " + std::to_string(kMostKeyCharacters) + " visible ASCII characters"};
}

template <class Body>
Body body_of(const HttpRequest& request) {
  try {
    return leftfold::from_json<Body>(request.body);
  } catch (const leftfold::JsonError& error) {
    throw BadRequest{std::string{"body: "} + error.what()};
  }
}

Item item_of(const HttpRequest& request) {
  ItemBody body = body_of<ItemBody>(request);
  if (!body.product_id) throw BadRequest{"body: product_id is missing"};
  check_id("body: product_id", *body.product_id);
  const int quantity = body.quantity.value_or(1);
  if (quantity < 1 || quantity > kMostAtOnce) {
    throw BadRequest{"body: quantity is a number from 1 to " + std::to_string(kMostAtOnce) + ", not " +
                     std::to_string(quantity)};
  }
  return {std::move(*body.product_id), quantity};
}

// "/carts/cart-1/items" as its parts.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // a path begins with '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

HttpAnswer only(std::string_view method) {
  HttpAnswer answer = error_answer(405, "method_not_allowed", "this address takes " + std::string{method});
  answer.allow = method;
  return answer;
}

bool is_command(std::string_view verb) { return verb == "items" || verb == "removals" || verb == "checkout"; }

}  // namespace

HttpAnswer error_answer(int status, std::string_view code, std::string_view message) {
  return {status, leftfold::to_json(ErrorAnswer{{std::string{code}, std::string{message}}}), {}, status == 503};
}

CartService::CartService(leftfold::App& app) : app_{app}, carts_{app.repository<Cart>()} {}

// [answer]
HttpAnswer CartService::answer(const HttpRequest& request) noexcept {
  using leftfold::Errc;
  try {
    return route(request);
  } catch (const BadRequest& error) {
    return failed(request, 400, "bad_request", error.what());
  } catch (const CartRefused& refused) {
    return failed(request, 409, "refused", refused.what());
  } catch (const leftfold::Error& error) {
    const Errc code = error.code();
    const bool later = error.retryable() || code == Errc::in_doubt || code == Errc::version_conflict;
    return failed(request, later ? 503 : 500, leftfold::to_string(code), error.what());
  } catch (const std::exception& error) {
    return failed(request, 500, "internal", error.what());
  }
}
// [/answer]

HttpAnswer CartService::route(const HttpRequest& request) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  const std::vector<std::string> parts = parts_of(request.path);
  if (parts.size() == 1 && (parts[0] == "healthz" || parts[0] == "hot-products")) {
    if (!get) return only("GET");
    return parts[0] == "healthz" ? ok(HealthAnswer{"ok"}) : hot();
  }
  if (parts.size() == 2 && parts[0] == "carts") {
    check_id("a cart's id", parts[1]);
    return get ? show(parts[1]) : only("GET");
  }
  if (parts.size() == 3 && parts[0] == "carts" && is_command(parts[2])) {
    check_id("a cart's id", parts[1]);
    return request.method == "POST" ? command(parts[1], parts[2], request) : only("POST");
  }
  return error_answer(404, "not_found", "nothing is at this address");
}

HttpAnswer CartService::command(const std::string& cart, std::string_view verb, const HttpRequest& request) {
  const leftfold::CommandOptions options{.idempotency_key = key_of(request), .context = {}};
  leftfold::CommandResult result;
  Item item;
  if (verb == "checkout") {
    if (!request.body.empty()) (void)body_of<EmptyBody>(request);
    result = carts_.execute(cart, [](Cart& c) { c.check_out(); }, options);
  } else {
    item = item_of(request);
    const auto& [product, quantity] = item;
    const bool add = verb == "items";
    result = carts_.execute(
        cart, [&](Cart& c) { add ? c.add_item(product, quantity) : c.remove_item(product, quantity); }, options);
  }
  if (result.repeated && !is_of(cart, result.version, verb, item)) {
    return error_answer(422, "key_used", "Idempotency-Key was used for another command of this cart: take a new key");
  }
  return ok(CommandAnswer{cart, result.version.value(), result.repeated});
}

// Whether the event of this version is what the command stores. Each command of a cart stores one.
bool CartService::is_of(const std::string& cart, leftfold::Version version, std::string_view verb, const Item& item) {
  const leftfold::EventPage page = app_.store().read_stream(cart, version, 1);
  if (page.empty()) return false;
  const leftfold::RecordedEvent& event = page[0];
  const auto holds_item = [&](const auto& stored) {
    return stored.product_id == item.product && stored.quantity == item.quantity;
  };
  if (event.type == "CartItemAdded") {
    return verb == "items" && holds_item(leftfold::from_json<CartItemAdded>(event.payload));
  }
  if (event.type == "CartItemRemoved") {
    return verb == "removals" && holds_item(leftfold::from_json<CartItemRemoved>(event.payload));
  }
  return verb == "checkout";
}

HttpAnswer CartService::show(const std::string& cart) {
  const Cart found = carts_.load(cart);
  if (found.version() == leftfold::Version::none()) {
    return error_answer(404, "not_found", "there is no cart " + cart);
  }
  const CartState& state = found.state();
  return ok(CartAnswer{cart, found.version().value(), state.items, state.quantity, state.checked_out});
}

HttpAnswer CartService::hot() {
  HotAnswer answer;
  for (auto& [product, quantity] : top_products(app_.read_tables(), kTop))
    answer.products.push_back({std::move(product), quantity});
  return ok(answer);
}

HttpAnswer CartService::failed(const HttpRequest& request, int status, std::string_view code,
                               std::string_view what) noexcept {
  try {
    if (status >= 500) {
      const auto level = status == 503 ? leftfold::LogLevel::warn : leftfold::LogLevel::error;
      app_.log().log(level, "serve", request.method + " " + request.path + ": " + std::string{what});
    }
    // What went wrong inside is for the log.
    return error_answer(status, code, status == 500 ? "the service failed; its log says why" : what);
  } catch (...) {  // no memory, or text that JSON cannot hold
    return {500, R"({"error":{"code":"internal","message":"the service failed"}})", {}, false};
  }
}

}  // namespace shop
