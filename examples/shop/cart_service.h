// SPDX-License-Identifier: Apache-2.0
// The cart service: what it answers to which request, whatever library speaks HTTP for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/app.h>
#include <leftfold/repository.h>

#include "shop/cart.h"

namespace shop {

/// Plain values.
struct HttpRequest {
  std::string method;
  std::string path;  ///< decoded, without the query
  std::string body;
  std::optional<std::string> idempotency_key;
};
struct HttpAnswer {
  int status = 200;
  std::string body;        ///< JSON
  std::string allow;       ///< methods, with 405
  bool try_again = false;  ///< the same request may succeed in a second
};

/// What a command adds or takes out. Plain value.
struct Item {
  std::string product;
  int quantity = 0;
};

/// An error as every answer of the service says it. `code` is for programs.
[[nodiscard]] HttpAnswer error_answer(int status, std::string_view code, std::string_view message);

/// Commands and queries over HTTP:
///
///     POST /carts/ID/items     {"product_id": "apple", "quantity": 2}   quantity: 1 when it is left out
///     POST /carts/ID/removals  {"product_id": "apple", "quantity": 1}
///     POST /carts/ID/checkout
///     GET  /carts/ID
///     GET  /hot-products       the ten that sell best
///     GET  /healthz
///
/// A command with an Idempotency-Key happens once however often it is sent; another command of the cart with that key
/// is 422, as it would be lost. A rule of the cart that says no is 409; what can never work is 400, 404 or 405; 503 is
/// for a store that does not answer now, that refuses because of load, or whose answer was lost: send the same again.
/// Any thread. The App must outlive it.
class CartService {
 public:
  /// Throws as App::store().
  explicit CartService(leftfold::App& app);

  [[nodiscard]] HttpAnswer answer(const HttpRequest& request) noexcept;

 private:
  HttpAnswer route(const HttpRequest& request);
  HttpAnswer command(const std::string& cart, std::string_view verb, const HttpRequest& request);
  [[nodiscard]] bool is_of(const std::string& cart, leftfold::Version version, std::string_view verb, const Item& item);
  HttpAnswer show(const std::string& cart);
  HttpAnswer hot();
  HttpAnswer failed(const HttpRequest& request, int status, std::string_view code, std::string_view what) noexcept;

  leftfold::App& app_;
  leftfold::Repository<Cart> carts_;
};

}  // namespace shop
