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

/// Of both parts, in the order in which the checks were added.
HealthReport Pages::all() const {
  rest_->ask();  // both at once
  HealthReport ready = ready_->report();
  HealthReport rest = rest_->report();
  HealthReport report;
  auto next_ready = ready.checks.begin();
  auto next = rest.checks.begin();
  const std::size_t count = health_->size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_ready = health_->entry(i).scope == HealthScope::ready;
    auto& from = is_ready ? next_ready : next;
    if (from != (is_ready ? ready : rest).checks.end()) report.checks.push_back(std::move(*from++));
  }
  return report;
}

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
    return verdict(ready_ != nullptr ? ready_->report() : HealthReport{});
  }
  if (path == "/healthz") return as_json(ready_ != nullptr ? all() : HealthReport{});
  return {404, "text/plain; charset=utf-8", "there are /metrics, /livez, /readyz and /healthz\n"};
}

}  // namespace leftfold::inline v0::observe
