// SPDX-License-Identifier: Apache-2.0
#include "kafka/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

namespace leftfold::test_kafka {
namespace {

// A kill can cut a write in two at a page's border. So a line counts only with its end mark, and each begins with a
// line end: what is torn spoils no other.
constexpr std::string_view kEnd = ".";

std::optional<HistoryLine> parse(const std::string& text) {
  HistoryLine line;
  char kind = 0;
  std::int64_t at = 0;
  std::int64_t since = 0;
  std::string end;
  std::istringstream words{text};
  if (!(words >> kind >> line.process >> line.worker >> line.aggregate >> line.version >> at >> since >> end) ||
      end != kEnd) {
    return std::nullopt;
  }
  line.kind = HistoryLine::Kind{kind};
  line.at = std::chrono::microseconds{at};
  line.since = std::chrono::microseconds{since};
  return line;
}

std::chrono::microseconds monotonic_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

HistoryWriter::HistoryWriter(const std::filesystem::path& file)
    : fd_{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)}, since_{monotonic_now()} {
  if (fd_ < 0) throw std::system_error{errno, std::generic_category(), file.string()};
}

HistoryWriter::~HistoryWriter() { ::close(fd_); }

void HistoryWriter::add(HistoryLine::Kind kind, std::string_view aggregate, std::int64_t version) const {
  std::ostringstream line;
  line << '\n'
       << static_cast<char>(kind) << ' ' << ::getpid() << ' ' << ::gettid() << ' ' << aggregate << ' ' << version << ' '
       << monotonic_now().count() << ' ' << since_.count() << ' ' << kEnd << '\n';
  const std::string text = line.str();
  if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error{errno, std::generic_category(), "write"};
  }
}

const std::vector<HistoryLine>& HistoryReader::read() {
  if (!in_.is_open()) in_.open(file_);
  if (!in_.is_open()) return lines_;
  in_.clear();
  for (std::string text; std::getline(in_, text);) {
    const bool whole = !in_.eof();
    rest_ += text;
    if (!whole) break;
    if (auto line = parse(std::exchange(rest_, {}))) lines_.push_back(std::move(*line));
  }
  return lines_;
}

}  // namespace leftfold::test_kafka
