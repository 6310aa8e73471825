// SPDX-License-Identifier: Apache-2.0
// The processes that are killed.
#pragma once

#include <filesystem>

namespace crash {

// Where both find everything.
struct Place {
  std::filesystem::path folder;
  [[nodiscard]] std::filesystem::path events() const { return folder / "events.db"; }
  [[nodiscard]] std::filesystem::path acknowledged() const { return folder / "acknowledged.txt"; }
  [[nodiscard]] std::filesystem::path heard() const { return folder / "heard.txt"; }
};

inline constexpr int kWriterThreads = 4;

// Runs commands on several threads for ever; each continues after its last acknowledged command, so the one that was in
// flight when the process died is run again under its key. With `finish`, one command a thread and then it returns.
// Writes a byte to `ready_fd` after the first acknowledgement.
void write_commands(const Place& place, int ready_fd, bool finish);

// Runs the projector and the listener for ever. With `finish`, until everything is handled.
// Writes a byte to `ready_fd` after the listener's first event.
void run_handlers(const Place& place, int ready_fd, bool finish);

// Builds shadows of the projector's tables, goes on with what the process before left, swaps them in and rolls some
// back, for ever. With `finish`, one more swap. Writes a byte to `ready_fd` after the first swap.
void replay_tables(const Place& place, int ready_fd, bool finish);

}  // namespace crash
