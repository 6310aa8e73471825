// SPDX-License-Identifier: Apache-2.0
// The verbs. Each returns the exit code and throws UsageError, CommandFailed, Error or OutputClosed.
#pragma once

#include "cli/context.h"

namespace leftfold::inline v0::cli {

[[nodiscard]] int run_handlers(Context& context);   ///< run
[[nodiscard]] int list_handlers(Context& context);  ///< handlers
[[nodiscard]] int show_version(Context& context);   ///< version

[[nodiscard]] int read_events(Context& context);       ///< events read, events search, and tail
[[nodiscard]] int show_event(Context& context);        ///< events show
[[nodiscard]] int trace_events(Context& context);      ///< events trace
[[nodiscard]] int list_event_types(Context& context);  ///< events types
[[nodiscard]] int print_fixture(Context& context);     ///< events fixture
[[nodiscard]] int append_event(Context& context);      ///< append
[[nodiscard]] int list_streams(Context& context);      ///< streams ls
[[nodiscard]] int show_stream(Context& context);       ///< streams show

[[nodiscard]] int list_letters(Context& context);       ///< dlq ls
[[nodiscard]] int show_letters(Context& context);       ///< dlq show
[[nodiscard]] int show_letter_stats(Context& context);  ///< dlq stats
[[nodiscard]] int show_history(Context& context);       ///< dlq history
[[nodiscard]] int retry_letters(Context& context);      ///< dlq retry
[[nodiscard]] int skip_letter(Context& context);        ///< dlq skip
[[nodiscard]] int edit_letter(Context& context);        ///< dlq edit
[[nodiscard]] int purge_letters(Context& context);      ///< dlq purge
[[nodiscard]] int export_letters(Context& context);     ///< dlq export
[[nodiscard]] int import_letters(Context& context);     ///< dlq import

[[nodiscard]] int list_breakers(Context& context);  ///< breakers ls
[[nodiscard]] int show_breaker(Context& context);   ///< breakers show
[[nodiscard]] int open_breaker(Context& context);   ///< breakers open
[[nodiscard]] int close_breaker(Context& context);  ///< breakers close
[[nodiscard]] int reset_breaker(Context& context);  ///< breakers reset

[[nodiscard]] int show_status(Context& context);            ///< projectors status
[[nodiscard]] int pause_subscriptions(Context& context);    ///< projectors pause
[[nodiscard]] int resume_subscriptions(Context& context);   ///< projectors resume
[[nodiscard]] int restart_subscriptions(Context& context);  ///< projectors restart

[[nodiscard]] int show_broker(Context& context);  ///< broker status

[[nodiscard]] int bench_append(Context& context);  ///< bench append
[[nodiscard]] int bench_load(Context& context);    ///< bench load
[[nodiscard]] int bench_read(Context& context);    ///< bench read

[[nodiscard]] int replay_projectors(Context& context);  ///< replay

[[nodiscard]] int run_publisher(Context& context);          ///< publisher run
[[nodiscard]] int reconcile_published(Context& context);    ///< publisher reconcile
[[nodiscard]] int seed_published(Context& context);         ///< publisher seed-cursors
[[nodiscard]] int show_publisher_status(Context& context);  ///< publisher status

[[nodiscard]] int list_aggregates(Context& context);   ///< aggregate ls
[[nodiscard]] int show_aggregate(Context& context);    ///< aggregate show
[[nodiscard]] int show_snapshot(Context& context);     ///< snapshots show
[[nodiscard]] int remove_snapshots(Context& context);  ///< snapshots rm

[[nodiscard]] int show_config(Context& context);            ///< config show
[[nodiscard]] int show_config_paths(Context& context);      ///< config paths
[[nodiscard]] int validate_config(Context& context);        ///< config validate
[[nodiscard]] int list_profiles(Context& context);          ///< config profiles
[[nodiscard]] int show_config_reference(Context& context);  ///< config reference
[[nodiscard]] int examine(Context& context);                ///< doctor

[[nodiscard]] int show_schema(Context& context);      ///< schema
[[nodiscard]] int compare_schemas(Context& context);  ///< schema diff
[[nodiscard]] int check_store(Context& context);      ///< check

[[nodiscard]] int init_store(Context& context);         ///< store init
[[nodiscard]] int show_store_status(Context& context);  ///< store status
[[nodiscard]] int show_store_stats(Context& context);   ///< store stats
[[nodiscard]] int show_top_streams(Context& context);   ///< store top
[[nodiscard]] int verify_store(Context& context);       ///< store verify
[[nodiscard]] int back_up_store(Context& context);      ///< store backup
[[nodiscard]] int copy_store(Context& context);         ///< store copy
[[nodiscard]] int export_events(Context& context);      ///< store export
[[nodiscard]] int import_events(Context& context);      ///< store import

[[nodiscard]] int init_project(Context& context);         ///< init
[[nodiscard]] int new_event(Context& context);            ///< new event
[[nodiscard]] int new_aggregate(Context& context);        ///< new aggregate
[[nodiscard]] int new_projector(Context& context);        ///< new projector
[[nodiscard]] int new_listener(Context& context);         ///< new listener
[[nodiscard]] int generate_grafana(Context& context);     ///< generate grafana
[[nodiscard]] int generate_alerts(Context& context);      ///< generate alerts
[[nodiscard]] int generate_systemd(Context& context);     ///< generate systemd
[[nodiscard]] int generate_iam_policy(Context& context);  ///< generate iam-policy
[[nodiscard]] int generate_completion(Context& context);  ///< generate completion
[[nodiscard]] int generate_man(Context& context);         ///< generate man

}  // namespace leftfold::inline v0::cli
