// SPDX-License-Identifier: Apache-2.0
// The alerts; a test compares their metrics with docs/reference/metrics.md.
#include <array>

#include "cli/generate/generate.h"

namespace leftfold::inline v0::cli {
namespace {

struct Alert {
  std::string_view name;
  std::string_view query;
  std::string_view wait;
  std::string_view severity;
  std::string_view summary;
  std::string_view next;
};

constexpr std::array<Alert, 14> kAlerts{{
    {"LeftfoldSubscriptionFailed", "max by (job, handler) (leftfold_handler_state{state=\"failed\"}) == 1", "1m",
     "page", "{{ $labels.handler }} has stopped at an event",
     "the log names the event and the cause; remove it, then `projectors restart`"},
    {"LeftfoldHandlerStandsStill",
     "sum by (job, handler) (leftfold_handler_lag_events) > 100 and on (job, handler) "
     "sum by (job, handler) (changes(leftfold_handler_position[5m])) == 0 unless on (job, handler) "
     "max by (job, handler) (leftfold_handler_state{state=\"paused\"}) == 1",
     "5m", "page", "{{ $labels.handler }} is behind and finishes nothing",
     "see /healthz and the log; is its breaker open?"},
    {"LeftfoldHandlerBehind", "max by (job, handler) (leftfold_handler_lag_seconds) > 300", "10m", "ticket",
     "{{ $labels.handler }} is behind by {{ $value | humanizeDuration }}", "more workers, or a faster handler"},
    {"LeftfoldHeadFrozen",
     "sum by (job) (increase(leftfold_events_appended_total[10m])) > 0 and on (job) "
     "sum by (job) (increase(leftfold_handler_events_total[10m])) == 0 and on (job) count by (job) "
     "(leftfold_handler_state{state=\"running\"} == 1)",
     "10m", "page", "events are stored and none reaches a handler", "is a publisher running? `publisher status`"},
    {"LeftfoldDeadLetters", "max by (job, handler) (leftfold_dlq_messages) > 0", "15m", "ticket",
     "{{ $value }} events of {{ $labels.handler }} are parked", "`dlq ls`, mend the cause, `dlq retry`"},
    {"LeftfoldDeadLettersOld", "max by (job, handler) (leftfold_dlq_oldest_seconds) > 86400", "15m", "ticket",
     "events of {{ $labels.handler }} have been parked for more than a day", "`dlq ls`"},
    {"LeftfoldBreakerOpen", "max by (job, breaker) (leftfold_breaker_state{state=~\"open|forced_open\"}) == 1", "5m",
     "page", "the breaker of {{ $labels.breaker }} is open", "what it calls fails; `breakers show`"},
    {"LeftfoldAppendErrors", "sum by (job, aggregate, code) (rate(leftfold_append_errors_total[5m])) > 0", "5m", "page",
     "appends of {{ $labels.aggregate }} fail: {{ $labels.code }}", "is the store there? the log has the errors"},
    {"LeftfoldDynamoDbThrottled", "sum by (job, operation) (rate(leftfold_dynamodb_throttled_total[5m])) > 0", "15m",
     "ticket", "DynamoDB refuses {{ $labels.operation }} because of load", "raise the table's capacity, or write less"},
    {"LeftfoldPublisherSlow", "max by (job, publisher) (leftfold_publisher_oldest_seconds) > 60", "5m", "page",
     "an event has been on its way to the broker for {{ $value | humanizeDuration }}",
     "is Kafka there? `publisher status`"},
    {"LeftfoldPublisherBehind", "max by (job, publisher) (leftfold_publisher_behind_seconds) > 600", "15m", "ticket",
     "publishing is behind by {{ $value | humanizeDuration }}", "start another process; is a table throttled?"},
    {"LeftfoldPublisherBlocked", "sum by (job) (leftfold_publisher_blocked_aggregates) > 0", "5m", "page",
     "{{ $value }} aggregates cannot be published", "the log names them and says why"},
    {"LeftfoldPublisherLost", "sum by (job, publisher, reason) (increase(leftfold_publisher_lost_total[1h])) > 0", "0m",
     "page", "the stream may have lost events before they were read",
     "`publisher reconcile`, if the log does not say it is done"},
    {"LeftfoldPublisherAlone", "sum by (job, publisher) (leftfold_publisher_parts_owned) == 0", "5m", "page",
     "nobody publishes", "a process waits for others that are gone? `publisher status`"},
}};

/// In single quotes, as YAML takes anything in them but the quote itself.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

}  // namespace

std::string alert_rules() {
  std::string text =
      "# Alerts of leftfold's metrics, for Prometheus: rule_files. severity: page (somebody has to come) or ticket.\n"
      "groups:\n"
      "  - name: leftfold\n"
      "    rules:\n";
  for (const Alert& alert : kAlerts) {
    text += "      - alert: " + std::string{alert.name} + "\n";
    text += "        expr: " + quoted(alert.query) + "\n";
    text += "        for: " + std::string{alert.wait} + "\n";
    text += "        labels:\n          severity: " + std::string{alert.severity} + "\n";
    text += "        annotations:\n          summary: " + quoted(alert.summary) + "\n";
    text += "          description: " + quoted(alert.next) + "\n";
  }
  return text;
}

}  // namespace leftfold::inline v0::cli
