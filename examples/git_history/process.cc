// SPDX-License-Identifier: Apache-2.0
#include "git_history/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <leftfold/error.h>

extern char** environ;

namespace git_history {
namespace {

using leftfold::Errc;
using leftfold::Error;

[[noreturn]] void fail(Errc code, const std::string& what, int error) {
  throw Error{code, what + ": " + std::strerror(error)};
}

// The environment without the variables that would point git elsewhere than the path it is given (a git hook sets
// them), and with messages in English.
std::vector<std::string> child_environment() {
  constexpr std::array<std::string_view, 6> kDropped{
      "GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_NAMESPACE=", "GIT_PREFIX=", "LC_ALL="};
  std::vector<std::string> kept{"LC_ALL=C"};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (std::none_of(kDropped.begin(), kDropped.end(), [&](auto name) { return text.starts_with(name); })) {
      kept.emplace_back(text);
    }
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct SpawnSettings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Process::Process(const std::vector<std::string>& arguments) : errors_{std::tmpfile(), &std::fclose} {
  if (!errors_) fail(Errc::unavailable, "no temporary file for the messages of " + arguments.at(0), errno);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail(Errc::unavailable, "no pipe to " + arguments.at(0), errno);
  output_ = pipe[0];

  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.files, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.files, ::fileno(errors_.get()), STDERR_FILENO);
  posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  sigset_t none;  // the command line blocks SIGINT for its threads; the child must not inherit that
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setpgroup(&settings.attributes, 0);  // a Ctrl-C is for this program, which then ends the child
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = child_environment();
  const int error = ::posix_spawnp(&child_, words.at(0).c_str(), &settings.files, &settings.attributes,
                                   pointers(words).data(), pointers(variables).data());
  ::close(pipe[1]);
  if (error != 0) {
    ::close(output_);
    const bool missing = error == ENOENT;
    fail(missing ? Errc::not_found : Errc::unavailable,
         "cannot start " + words.at(0) + (missing ? " (install it, or put it on the PATH)" : ""), error);
  }
}

Process::~Process() {
  if (output_ >= 0) ::close(output_);
  if (child_ > 0) {
    ::kill(child_, SIGTERM);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

bool Process::fill() {
  constexpr std::size_t kPiece = 256 * 1024;
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kPiece);
  ssize_t got = 0;
  do {
    got = ::read(output_, buffer_.data() + had, kPiece);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) fail(Errc::unavailable, "cannot read the output of a child process", errno);
  return got > 0;
}

std::optional<std::string_view> Process::next(char end) {
  std::size_t from = begin_;
  for (;;) {
    const std::size_t at = buffer_.find(end, from);
    if (at != std::string::npos) {
      const std::string_view piece{buffer_.data() + begin_, at - begin_};
      begin_ = at + 1;
      return piece;
    }
    from = buffer_.size() - begin_;  // where the search goes on, once fill() has moved the rest to the front
    if (fill()) continue;
    if (begin_ == buffer_.size()) return std::nullopt;
    const std::string_view piece{buffer_.data() + begin_, buffer_.size() - begin_};
    begin_ = buffer_.size();
    return piece;
  }
}

int Process::finish() {
  begin_ = buffer_.size();
  while (fill()) begin_ = buffer_.size();
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0) {
    if (errno != EINTR) fail(Errc::unavailable, "cannot wait for a child process", errno);
  }
  child_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Process::errors() const {
  std::string text;
  std::array<char, 4096> piece{};
  std::rewind(errors_.get());
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), errors_.get())) > 0;) {
    text.append(piece.data(), got);
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace git_history
