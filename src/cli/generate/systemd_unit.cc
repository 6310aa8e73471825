// SPDX-License-Identifier: Apache-2.0
// Units of systemd; deploy/systemd/leftfold-publisher.service is what lfold prints.
#include "cli/generate/generate.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::string_view kPublisher =
    R"(# A publisher as a service; docs/operations/publisher.md explains it. Install as
# /etc/systemd/system/leftfold-publisher.service, with the settings in /etc/leftfold/publisher.env, then
# systemctl enable --now leftfold-publisher. Several machines may run it: those of one name share the work.
[Unit]
Description=leftfold publisher: stored events to Kafka
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
EnvironmentFile=/etc/leftfold/publisher.env
ExecStart=/usr/bin/PROGRAM publisher run --metrics-file ${RUNTIME_DIRECTORY}/publisher.prom
RuntimeDirectory=leftfold
# The publishing loop says every second that it is alive; it does so too while the broker is away.
WatchdogSec=60
)";

constexpr std::string_view kRun =
    R"(# The handlers of PROGRAM as a service. Install as /etc/systemd/system/PROGRAM.service, with the settings in
# /etc/leftfold/PROGRAM.env (LEFTFOLD_STORE and so on), then systemctl enable --now PROGRAM. Several machines may run it
# on one store or broker: they share the work. A file of SQLite lies in /var/lib/PROGRAM.
[Unit]
Description=PROGRAM: listeners and projectors
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
EnvironmentFile=-/etc/leftfold/PROGRAM.env
ExecStart=/usr/bin/PROGRAM run
StateDirectory=PROGRAM
WorkingDirectory=%S/PROGRAM
# It says every second that it is alive, unless a handler hangs that nothing holds back: docs/operations/health.md.
WatchdogSec=60
)";

constexpr std::string_view kRest = R"(Restart=on-failure
RestartSec=5
# SIGTERM waits for what is on the way: longer than LEFTFOLD_SHUTDOWN_TIMEOUT.
TimeoutStopSec=45
DynamicUser=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
)";

}  // namespace

std::string systemd_unit(std::string_view what, std::string_view program) {
  std::string text{what == "publisher" ? kPublisher : kRun};
  text += kRest;
  constexpr std::string_view kPlace = "PROGRAM";
  for (std::size_t at = text.find(kPlace); at != std::string::npos; at = text.find(kPlace, at + program.size())) {
    text.replace(at, kPlace.size(), program);
  }
  return text;
}

}  // namespace leftfold::inline v0::cli
