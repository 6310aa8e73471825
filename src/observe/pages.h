// SPDX-License-Identifier: Apache-2.0
// What the server answers, apart from how it gets there.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/health.h>
#include <leftfold/metrics.h>

#include "observe/recent_health.h"

namespace leftfold::inline v0::observe {

struct Page {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body{};
};

/// The pages of a server. Any thread; what it was given must outlive it.
class Pages {
 public:
  /// Each may be null; the last two together.
  Pages(const Metrics* metrics, const Health* health, RecentHealth* ready, RecentHealth* rest)
      : metrics_{metrics}, health_{health}, ready_{ready}, rest_{rest} {}

  /// For GET and HEAD; 405 for other methods, 404 for other paths. Throws what Metrics::prometheus() throws.
  [[nodiscard]] Page page(std::string_view method, std::string_view path) const;

 private:
  [[nodiscard]] HealthReport all() const;

  const Metrics* metrics_;
  const Health* health_;
  RecentHealth* ready_;
  RecentHealth* rest_;
};

}  // namespace leftfold::inline v0::observe
