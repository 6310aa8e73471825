// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

Output::Output(int file) : file_{file} {
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before_);
}

Output::~Output() { sigaction(SIGPIPE, &before_, nullptr); }

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = ::write(file_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw OutputClosed{};
    } else if (errno != EINTR) {
      const std::error_code reason{errno, std::generic_category()};
      throw Error{reason == std::errc::no_space_on_device ? Errc::storage_full : Errc::unavailable,
                  "cannot write to stdout: " + reason.message()};
    }
  }
  buffer_.clear();
}

void Output::expect_reader() const {
  pollfd pipe{file_, 0, 0};  // POLLERR is reported unasked: the other end is closed
  if (::poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR) != 0) throw OutputClosed{};
}

void keep_standard_files_open() noexcept {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(file, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is `file`, for those below it are open. stdout for reading: a write must fail.
    const int opened = open("/dev/null", file == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    if (opened < 0) return;  // not even /dev/null: nothing can be done
  }
}

Terminal terminal_of(int file) {
  Terminal terminal;
  terminal.is_terminal = isatty(file) == 1;
  if (!terminal.is_terminal) return terminal;
  terminal.color = variable("NO_COLOR").empty() && variable("TERM") != "dumb";  // https://no-color.org
  winsize size{};
  if (ioctl(file, TIOCGWINSZ, &size) == 0) terminal.columns = size.ws_col;
  const std::string columns{variable("COLUMNS")};
  if (const long wanted = std::strtol(columns.c_str(), nullptr, 10); wanted > 0 && wanted < 10'000) {
    terminal.columns = static_cast<std::size_t>(wanted);
  }
  return terminal;
}

}  // namespace leftfold::inline v0::cli
