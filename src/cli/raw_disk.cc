// SPDX-License-Identifier: Apache-2.0
#include "cli/raw_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kFileBytes = std::size_t{16} << 20;

}  // namespace

RawDisk::RawDisk(const std::filesystem::path& file)
    : path_{file.string()}, file_{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {
  if (file_ < 0) fail("make");
  try {
    const std::string zeroes(std::size_t{1} << 20, '\0');
    for (std::size_t at = 0; at < kFileBytes; at += zeroes.size()) write(zeroes, at);
    sync();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

RawDisk::~RawDisk() { ::close(file_); }

void RawDisk::append(std::string_view bytes) {
  std::unique_lock lock{mutex_};
  const std::uint64_t mine = group_;
  open_ += bytes;
  while (durable_ <= mine) {
    if (failed_) throw Error{Errc::unavailable, path_ + ": an earlier write failed"};
    if (leading_) {
      changed_.wait(lock);
      continue;
    }
    leading_ = true;
    const std::string group = std::exchange(open_, {});
    const std::uint64_t number = group_++;
    lock.unlock();
    try {
      if (offset_ + group.size() > kFileBytes) offset_ = 0;
      write(group, offset_);
      sync();
      offset_ += group.size();
    } catch (...) {
      lock.lock();
      failed_ = true;
      leading_ = false;
      changed_.notify_all();
      throw;
    }
    lock.lock();
    durable_ = number + 1;
    leading_ = false;
    changed_.notify_all();
  }
}

void RawDisk::write(std::string_view bytes, std::size_t offset) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
}

void RawDisk::sync() const {
  if (::fdatasync(file_) != 0) fail("sync");
}

void RawDisk::fail(const char* what) const {
  const int reason = errno;
  throw Error{reason == ENOSPC || reason == EDQUOT ? Errc::storage_full : Errc::unavailable,
              std::string{"cannot "} + what + " " + path_ + ": " + std::generic_category().message(reason)};
}

}  // namespace leftfold::inline v0::cli
