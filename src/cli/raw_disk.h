// SPDX-License-Identifier: Apache-2.0
// The raw limit of a disk: bytes written to a file and made durable, by several threads that share each fdatasync.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace leftfold::inline v0::cli {

/// No checksum, no index, no order, nothing is ever read back: what no store can be faster than. The file's blocks are
/// there before the first append and are written over, which is the fastest that a disk can do.
/// Any thread.
class RawDisk {
 public:
  /// Makes the file. Throws Error(unavailable, storage_full) with the system's reason.
  explicit RawDisk(const std::filesystem::path& file);
  ~RawDisk();
  RawDisk(const RawDisk&) = delete;
  RawDisk& operator=(const RawDisk&) = delete;

  /// Returns once the bytes are on the disk; what other threads hand in meanwhile goes there together. Throws as the
  /// constructor; every later call then throws too.
  void append(std::string_view bytes);

 private:
  void write(std::string_view bytes, std::size_t offset) const;
  void sync() const;
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  int file_ = -1;
  std::size_t offset_ = 0;  // whoever leads writes there
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string open_;           // the bytes of the group that is still open
  std::uint64_t group_ = 0;    // its number
  std::uint64_t durable_ = 0;  // every group before this one is on the disk
  bool leading_ = false;       // somebody writes
  bool failed_ = false;
};

}  // namespace leftfold::inline v0::cli
