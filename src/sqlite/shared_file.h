// SPDX-License-Identifier: Apache-2.0
// What all users of one file in this process share.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>

#include "sqlite/commit_signal.h"
#include "sqlite/turns.h"
#include "sqlite/writer_gate.h"

namespace leftfold::inline v0::sqlite {

/// One object a file, found by device and inode, so that a store and a read model that name the file differently meet.
/// Any thread.
class SharedFile {
 public:
  WriterGate gate;
  CommitSignal commits;
  Turns turns;
  bool sync_failed = false;  ///< an fsync of the log failed and it was not settled since; for who is in the gate

  /// The object of an existing file. Throws Error(unavailable) when the file is gone.
  [[nodiscard]] static std::shared_ptr<SharedFile> of(const std::filesystem::path& file);
  /// Throws Error(unavailable) when the path does not lead to this file any more, so that no connection opened later
  /// works on another file than those before it.
  void check_found_at(const std::filesystem::path& file) const;

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace leftfold::inline v0::sqlite
