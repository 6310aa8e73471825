// SPDX-License-Identifier: Apache-2.0
#include "observe/pages.h"

#include <utility>

namespace leftfold::inline v0::observe {
namespace {

constexpr int kUnavailable = 503;

/// "ok", or what failed; what is degraded is said in both.
Page verdict(const HealthReport& report) {
  Page page;
  const bool failed = report.state() == HealthState::failed;
  page.status = failed ? kUnavailable : 200;
  page.body = failed ? "failed\n" : "ok\n";
  for (const CheckedHealth& each : report.checks) {
    if (each.answer.state == HealthState::ok) continue;
    page.body += std::string{to_string(each.answer.state)} + ": " + each.name + ": " + each.answer.text + "\n";
  }
  return page;
}

Page as_json(const HealthReport& report) {
  return {report.state() == HealthState::failed ? kUnavailable : 200, "application/json", report.json() + "\n"};
}

}  // namespace

Page Pages::page(std::string_view method, std::string_view path) const {
  if (method != "GET" && method != "HEAD") return {405, "text/plain; charset=utf-8", "use GET or HEAD\n"};
  if (path == "/metrics" && metrics_ != nullptr) {
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_->prometheus()};
  }
  // Not from the thread that calls the others: it may hang with what they ask.
  if (path == "/livez") {
    return verdict(health_ != nullptr ? health_->check(HealthScope::live) : HealthReport{});
  }
  if (path == "/readyz") {
    return verdict(recent_ != nullptr ? recent_->report(HealthScope::ready) : HealthReport{});
  }
  if (path == "/healthz") return as_json(recent_ != nullptr ? recent_->report() : HealthReport{});
  return {404, "text/plain; charset=utf-8", "there are /metrics, /livez, /readyz and /healthz\n"};
}

}  // namespace leftfold::inline v0::observe
