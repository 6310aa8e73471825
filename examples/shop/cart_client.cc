// SPDX-License-Identifier: Apache-2.0
#include "shop/cart_client.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <optional>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/json.h>

#include "support/pause.h"

namespace shop {
namespace {

using leftfold::Errc;
using leftfold::Error;

constexpr std::chrono::seconds kAnswerWithin{10};

struct ItemBody {
  std::string product_id;
  int quantity = 1;
};
struct CommandAnswer {
  std::int64_t version = 0;
  bool repeated = false;
};
struct ErrorAnswer {
  struct Body {
    std::string code;
    std::string message;
  };
  Body error;
};

std::uint64_t next_seed() {
  static std::atomic<std::uint64_t> seeds{0};
  return ++seeds;
}

std::string path_of(const Step& step) {
  const std::string cart = "/carts/" + step.cart;
  switch (step.kind) {
    case Step::Kind::add: return cart + "/items";
    case Step::Kind::remove: return cart + "/removals";
    case Step::Kind::check_out: break;
  }
  return cart + "/checkout";
}

const std::string& checked(const std::string& url) {
  const std::string scheme = "http://";
  if (url.starts_with(scheme) && url.size() > scheme.size() && url.find('/', scheme.size()) == std::string::npos) {
    return url;
  }
  throw Error{Errc::invalid_argument, "--url is http://HOST:PORT, not '" + url + "'"};
}

// What a 503 says of when to come again.
std::chrono::seconds retry_after(const httplib::Response& response) {
  const std::string text = response.get_header_value("Retry-After");
  std::uint16_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{seconds};
}

std::string message_in(const httplib::Response& response) {
  try {
    return leftfold::from_json<ErrorAnswer>(response.body).error.message;
  } catch (const leftfold::JsonError&) {
    return response.body.substr(0, 200);
  }
}

}  // namespace

class CartClient::Connection {
 public:
  explicit Connection(const std::string& url) : http{url} {
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
    http.set_connection_timeout(kAnswerWithin.count());
    http.set_read_timeout(kAnswerWithin.count());
    http.set_write_timeout(kAnswerWithin.count());
  }
  httplib::Client http;
};

CartClient::CartClient(const std::string& url, std::chrono::seconds patience, std::stop_token stop)
    : connection_{std::make_unique<Connection>(checked(url))},
      url_{url},
      patience_{patience},
      stop_{std::move(stop)},
      backoff_{{}, next_seed()} {}
CartClient::~CartClient() = default;
CartClient::CartClient(CartClient&&) noexcept = default;

Done CartClient::send(const Step& step) {
  const std::string path = path_of(step);
  const std::string body =
      step.kind == Step::Kind::check_out ? "" : leftfold::to_json(ItemBody{step.product, step.quantity});
  const httplib::Headers headers{{"Idempotency-Key", step.key}};
  leftfold::Clock& clock = leftfold::system_clock();
  const auto deadline = clock.instant() + patience_;
  Done done;
  const auto no_cart_service = [&](const std::string& said) {
    return Error{Errc::invalid_data, "POST " + path + ": " + said + "; is " + url_ + " a cart service?"};
  };
  for (;;) {
    const httplib::Result result = connection_->http.Post(path, headers, body, "application/json");
    if (result && result->status == 200) {
      try {
        done.repeated = leftfold::from_json<CommandAnswer>(result->body).repeated;
      } catch (const leftfold::JsonError& error) {
        throw no_cart_service(std::string{"200, "} + error.what());
      }
      done.events = 1;
      return done;
    }
    if (result && result->status == 409) throw CartRefused{message_in(*result)};
    if (result && result->status != 503) {
      throw no_cart_service(std::to_string(result->status) + ", " + message_in(*result));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.instant());
    if (left <= left.zero()) {
      throw Error{Errc::unavailable,
                  "POST " + path + ": " + (result ? message_in(*result) : httplib::to_string(result.error())) +
                      "; nothing else for " + std::to_string(patience_.count()) + " s; does " + url_ + " run?"};
    }
    std::chrono::milliseconds pause = backoff_.pause(++done.again);
    if (result) pause = std::max<std::chrono::milliseconds>(pause, retry_after(*result));
    pause = std::min(pause, left);  // once more when the patience ends
    if (!examples::pause(pause, stop_)) throw Error{Errc::stopped, "stopped while it waited for " + url_};
  }
}

}  // namespace shop
