// SPDX-License-Identifier: Apache-2.0
// The dashboard; a test compares its metrics with docs/reference/metrics.md.
#include <array>
#include <cstddef>
#include <utility>

#include <leftfold/json_value.h>

#include "cli/generate/generate.h"

namespace leftfold::inline v0::cli {
namespace {

struct Panel {
  std::string_view title;
  std::string_view unit;  ///< Grafana's: "s", "short", "ops", "bytes"
  std::string_view query;
  std::string_view legend;
};

constexpr std::array<Panel, 22> kPanels{{
    {"Events behind", "short", "sum by (handler) (leftfold_handler_lag_events)", "{{handler}}"},
    {"Behind for", "s", "max by (handler) (leftfold_handler_lag_seconds)", "{{handler}}"},
    {"Events handled", "ops", "sum by (handler, result) (rate(leftfold_handler_events_total[$__rate_interval]))",
     "{{handler}} {{result}}"},
    {"Time in handlers, 99 %", "s",
     "histogram_quantile(0.99, sum by (handler, le) "
     "(rate(leftfold_handler_duration_seconds_bucket[$__rate_interval])))",
     "{{handler}}"},
    {"Commit to handled, 99 %", "s",
     "histogram_quantile(0.99, sum by (handler, le) "
     "(rate(leftfold_handler_end_to_end_seconds_bucket[$__rate_interval])))",
     "{{handler}}"},
    {"Failures of handlers", "ops",
     "sum by (handler, error_class) (rate(leftfold_handler_retries_total[$__rate_interval]))",
     "{{handler}} {{error_class}}"},
    {"Subscriptions by state", "short", "sum by (handler, state) (leftfold_handler_state) > 0",
     "{{handler}} {{state}}"},
    {"Dead letters", "short", "max by (handler) (leftfold_dlq_messages)", "{{handler}}"},
    {"Age of the oldest dead letter", "s", "max by (handler) (leftfold_dlq_oldest_seconds)", "{{handler}}"},
    {"Breakers that are not closed", "short", "max by (breaker, state) (leftfold_breaker_state{state!=\"closed\"}) > 0",
     "{{breaker}} {{state}}"},
    {"Events stored", "ops", "sum by (aggregate, event_type) (rate(leftfold_events_appended_total[$__rate_interval]))",
     "{{aggregate}} {{event_type}}"},
    {"Time of an append, 99 %", "s",
     "histogram_quantile(0.99, sum by (aggregate, le) "
     "(rate(leftfold_append_duration_seconds_bucket[$__rate_interval])))",
     "{{aggregate}}"},
    {"Appends that met a conflict or failed", "ops",
     "sum by (aggregate) (rate(leftfold_append_conflicts_total[$__rate_interval])) + "
     "sum by (aggregate) (rate(leftfold_append_errors_total[$__rate_interval]))",
     "{{aggregate}}"},
    {"Time of a load, 99 %", "s",
     "histogram_quantile(0.99, sum by (aggregate, le) (rate(leftfold_load_duration_seconds_bucket[$__rate_interval])))",
     "{{aggregate}}"},
    {"Events of a load, 99 %", "short",
     "histogram_quantile(0.99, sum by (aggregate, le) (rate(leftfold_load_events_bucket[$__rate_interval])))",
     "{{aggregate}}"},
    {"Commit to acknowledged by the broker, 99 %", "s",
     "histogram_quantile(0.99, sum by (publisher, le) "
     "(rate(leftfold_publisher_delay_seconds_bucket[$__rate_interval])))",
     "{{publisher}}"},
    {"Oldest event on the way to the broker", "s", "max by (publisher) (leftfold_publisher_oldest_seconds)",
     "{{publisher}}"},
    {"Events published", "ops", "sum(rate(leftfold_publisher_published_total[$__rate_interval]))", "published"},
    {"DynamoDB: throttled and failed", "ops",
     "sum by (operation) (rate(leftfold_dynamodb_throttled_total[$__rate_interval])) + "
     "sum by (operation) (rate(leftfold_dynamodb_calls_total{result=\"failed\"}[$__rate_interval]))",
     "{{operation}}"},
    {"Replays", "percentunit", "leftfold_replay_progress_ratio and leftfold_replay_running == 1", "{{projector}}"},
    {"Memory", "bytes", "process_resident_memory_bytes and on (instance, job) leftfold_build_info", "{{instance}}"},
    {"Processor", "short",
     "rate(process_cpu_seconds_total[$__rate_interval]) and on (instance, job) leftfold_build_info", "{{instance}}"},
}};

constexpr int kColumns = 3;
constexpr int kWidth = 8;  // of the 24 that Grafana has
constexpr int kHeight = 8;

Json source() { return Json::object({{"type", "prometheus"}, {"uid", "${datasource}"}}); }

Json panel_json(const Panel& panel, int index) {
  Json target = Json::object({{"refId", "A"}, {"datasource", source()}});
  target["expr"] = panel.query;
  target["legendFormat"] = panel.legend;
  Json json = Json::object({{"id", index + 1}, {"type", "timeseries"}, {"datasource", source()}});
  json["title"] = panel.title;
  json["gridPos"] = Json::object(
      {{"x", index % kColumns * kWidth}, {"y", index / kColumns * kHeight}, {"w", kWidth}, {"h", kHeight}});
  json["fieldConfig"] =
      Json::object({{"defaults", Json::object({{"unit", panel.unit}, {"min", 0}})}, {"overrides", Json::array()}});
  json["targets"] = Json::array({std::move(target)});
  return json;
}

}  // namespace

std::string grafana_dashboard(std::string_view program) {
  Json panels = Json::array();
  int index = 0;
  for (const Panel& panel : kPanels) panels.elements().push_back(panel_json(panel, index++));
  Json variable = Json::object({{"name", "datasource"}, {"type", "datasource"}, {"query", "prometheus"}});
  Json dashboard = Json::object({{"title", std::string{program} + ": events"}, {"uid", Json{}}});
  dashboard["tags"] = Json::array({"leftfold"});
  dashboard["timezone"] = "browser";
  dashboard["refresh"] = "30s";
  dashboard["schemaVersion"] = 38;
  dashboard["time"] = Json::object({{"from", "now-1h"}, {"to", "now"}});
  dashboard["templating"] = Json::object({{"list", Json::array({std::move(variable)})}});
  dashboard["panels"] = std::move(panels);
  return dashboard.indented();
}

}  // namespace leftfold::inline v0::cli
