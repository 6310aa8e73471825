// SPDX-License-Identifier: Apache-2.0
#include "raw_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "crc32c.h"

namespace leftfold::bench {

namespace {

constexpr std::size_t kMaxGroupEvents = 4096;  // as SqliteOptions::max_group_events
constexpr std::size_t kPageBytes = 4096;

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

void write_all(int file, const char* data, std::size_t bytes, std::size_t offset) {
  while (bytes > 0) {
    const ssize_t written = ::pwrite(file, data, bytes, static_cast<off_t>(offset));
    if (written < 0) fail("pwrite");
    data += written;
    offset += static_cast<std::size_t>(written);
    bytes -= static_cast<std::size_t>(written);
  }
}

int open_zeroed(const std::filesystem::path& path, std::size_t bytes) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) fail("open");
  struct stat status{};
  if (::fstat(file, &status) != 0) fail("fstat");
  if (static_cast<std::size_t>(status.st_size) != bytes) {
    const std::string zeroes(std::size_t{1} << 20, '\0');
    for (std::size_t at = 0; at < bytes; at += zeroes.size()) {
      write_all(file, zeroes.data(), std::min(zeroes.size(), bytes - at), at);
    }
    if (::ftruncate(file, static_cast<off_t>(bytes)) != 0) fail("ftruncate");
    if (::fsync(file) != 0) fail("fsync");
  }
  return file;
}

template <class Number>
void put(std::string& into, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  into.append(bytes, sizeof number);
}

void put_text(std::string& into, std::string_view text) {
  put(into, static_cast<std::uint32_t>(text.size()));
  into += text;
}

}  // namespace

RawLog::RawLog(const std::filesystem::path& file, std::size_t bytes)
    : file_{open_zeroed(file, bytes)},
      bytes_{bytes},
      thread_{[this](const std::stop_token& stop) { run_thread(stop); }} {}

RawLog::~RawLog() {
  thread_.request_stop();
  thread_.join();
  ::close(file_);
}

AppendResult RawLog::append(const AppendRequest& request) {
  Pending pending;
  pending.request = &request;
  std::shared_ptr<Group> group;
  bool leads = false;
  {
    const std::lock_guard lock{mutex_};
    group = enqueue(pending);
    leads = !std::exchange(leading_, true);
  }
  if (leads) lead(&pending);
  else group->done.wait(false);
  return pending.outcome;
}

std::future<AppendResult> RawLog::append_async(AppendRequest request) {
  auto deferred = std::make_unique<Deferred>();
  deferred->own = std::move(request);
  deferred->request = &deferred->own;
  std::future<AppendResult> result = deferred->promise.get_future();
  const std::lock_guard lock{mutex_};
  enqueue(*deferred)->deferred.push_back(std::move(deferred));
  if (!std::exchange(leading_, true)) {
    thread_leads_ = true;
    signal_.notify_one();
  }
  return result;
}

std::shared_ptr<RawLog::Group> RawLog::enqueue(Pending& pending) {
  if (queue_.empty() || queue_.back()->events >= kMaxGroupEvents) queue_.push_back(std::make_shared<Group>());
  queue_.back()->members.push_back(&pending);
  queue_.back()->events += pending.request->events.size();
  return queue_.back();
}

// Commits until the caller's own append is done (null: until the queue is empty), then leaves the rest to the thread.
void RawLog::lead(const Pending* own) {
  std::unique_lock lock{mutex_};
  while (!queue_.empty()) {
    if (own != nullptr && own->done) {
      thread_leads_ = true;
      signal_.notify_one();
      return;
    }
    const std::shared_ptr<Group> group = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    commit(*group);
    lock.lock();
  }
  leading_ = false;
}

void RawLog::run_thread(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock{mutex_};
    signal_.wait(lock, stop, [this] { return thread_leads_; });
    if (!std::exchange(thread_leads_, false)) return;
    lock.unlock();
    lead(nullptr);
  }
}

void RawLog::commit(Group& group) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  buffer_.clear();
  for (Pending* pending : group.members) {
    const AppendRequest& request = *pending->request;
    auto& offsets = index_[request.aggregate_id];
    const Version actual{static_cast<std::int64_t>(offsets.size()) - 1};
    if (actual != request.expected) {
      pending->outcome = Conflict{actual};
      continue;
    }
    encode(request, now.time_since_epoch().count());
    pending->outcome = Appended{Version{static_cast<std::int64_t>(offsets.size()) - 1}, Position{position_},
                                request.events.size(), now, false};
  }
  if (offset_ + buffer_.size() > bytes_) offset_ = 0;
  write_all(file_, buffer_.data(), buffer_.size(), offset_);
  if (::fdatasync(file_) != 0) fail("fdatasync");
  offset_ += buffer_.size();
  for (Pending* pending : group.members) pending->done = true;
  for (const auto& deferred : group.deferred) deferred->promise.set_value(std::move(deferred->outcome));
  group.done = true;  // from here on the waiting callers' requests are gone
  group.done.notify_all();
}

void RawLog::encode(const AppendRequest& request, std::int64_t committed_at) {
  auto& offsets = index_[request.aggregate_id];
  for (const NewEvent& event : request.events) {
    const std::size_t start = buffer_.size();
    offsets.push_back(offset_ + start);
    put(buffer_, std::uint64_t{0});  // length and checksum
    put(buffer_, ++position_);
    put(buffer_, static_cast<std::int64_t>(offsets.size()) - 1);
    put(buffer_, committed_at);
    put(buffer_, event.schema_version);
    for (const std::uint8_t byte : event.id.bytes()) buffer_.push_back(static_cast<char>(byte));
    put_text(buffer_, request.aggregate_id);
    put_text(buffer_, event.type);
    put_text(buffer_, event.payload);
    put_text(buffer_, event.metadata);
    const std::string_view body = std::string_view{buffer_}.substr(start + 8);
    const std::uint32_t head[2] = {static_cast<std::uint32_t>(body.size()), crc32c(body)};
    std::memcpy(buffer_.data() + start, head, sizeof head);
  }
}

double measure_fdatasync_rate(const std::filesystem::path& path, double seconds) {
  const int file = open_zeroed(path, std::size_t{64} << 20);
  const std::string page(kPageBytes, 'x');
  const auto begin = std::chrono::steady_clock::now();
  std::size_t syncs = 0;
  double elapsed = 0;
  while (elapsed < seconds) {
    write_all(file, page.data(), page.size(), syncs % 16'384 * kPageBytes);
    if (::fdatasync(file) != 0) fail("fdatasync");
    ++syncs;
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  ::close(file);
  return static_cast<double>(syncs) / elapsed;
}

}  // namespace leftfold::bench
