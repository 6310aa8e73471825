// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stop_token>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

#include "cli/command_failed.h"
#include "cli/exit_code.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

[[noreturn]] void fail(const std::string& name) {
  const std::error_code reason{errno, std::generic_category()};
  const Errc code = reason == std::errc::no_such_file_or_directory ? Errc::not_found
                    : reason == std::errc::permission_denied       ? Errc::permission_denied
                                                                   : Errc::unavailable;
  throw Error{code, "cannot read " + name + ": " + reason.message()};
}

}  // namespace

Input::Input(const Context& context, const std::string& file)
    : signals_{context.signals}, name_{file}, file_{STDIN_FILENO} {
  if (file == "-") {
    name_ = "stdin";
    if (isatty(STDIN_FILENO) == 1) hint(context, "reads from the terminal; end with Ctrl-D");
    return;
  }
  file_ = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe without a writer is waited for in wait()
  if (file_ < 0) fail(name_);
}

Input::~Input() {
  if (file_ != STDIN_FILENO) close(file_);
}

/// Returns false when a stop was requested before there is something to read.
bool Input::wait() const {
  struct Wake {
    int number = eventfd(0, EFD_CLOEXEC);
    ~Wake() { close(number); }
  };
  const Wake wake;
  if (wake.number < 0) fail(name_);
  const std::stop_callback on_stop{signals_.token(), [&wake]() noexcept { eventfd_write(wake.number, 1); }};
  std::array<pollfd, 2> waits{{{file_, POLLIN, 0}, {wake.number, POLLIN, 0}}};
  while (poll(waits.data(), waits.size(), -1) < 0) {
    if (errno != EINTR) fail(name_);
  }
  return waits[1].revents == 0;
}

/// Returns false at the end, or when a stop was requested.
bool Input::read_more() {
  buffer_.erase(0, std::exchange(at_, 0));
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  ssize_t got = -1;
  while (got < 0) {
    stopped_ = !wait();
    got = stopped_ ? 0 : read(file_, buffer_.data() + before, kReadBytes);
    if (got < 0 && errno != EINTR && errno != EAGAIN) fail(name_);
  }
  buffer_.resize(before + static_cast<std::size_t>(got));
  return got > 0;
}

bool Input::next_line(std::string_view& line) {
  std::size_t looked_at = at_;
  std::size_t end = buffer_.find('\n', looked_at);
  while (end == std::string::npos) {
    looked_at = buffer_.size() - at_;  // as read_more() drops what was given out
    if (looked_at > kMostLineBytes) {
      throw Error{Errc::invalid_data, name_ + ", line " + std::to_string(lines_ + 1) + ": has more than " +
                                          std::to_string(kMostLineBytes) + " bytes; is it a file of lines?"};
    }
    if (!read_more()) {
      if (stopped_) return false;
      break;
    }
    end = buffer_.find('\n', looked_at);
  }
  if (end == std::string::npos && at_ == buffer_.size()) return false;
  end = std::min(end, buffer_.size());
  line = std::string_view{buffer_}.substr(at_, end - at_);
  at_ = std::min(end + 1, buffer_.size());
  ++lines_;
  return true;
}

std::string Input::rest() {
  while (read_more()) {
  }
  if (stopped_) {
    throw CommandFailed{kSignal + signals_.received(), "stopped",
                        "stopped before " + name_ + " was read; nothing was done"};
  }
  return std::move(buffer_);
}

std::string read_input(const Context& context, const std::string& file) { return Input{context, file}.rest(); }

}  // namespace leftfold::inline v0::cli
