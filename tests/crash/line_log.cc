// SPDX-License-Identifier: Apache-2.0
#include "crash/line_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace crash {
namespace {

// A kill can cut a write in two at a page's border: a line counts only with its end mark.
constexpr const char* kEnd = ".";

void write_all(int fd, const std::string& text) {
  const ssize_t written = ::write(fd, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) throw std::system_error{errno, std::generic_category(), "write"};
}

}  // namespace

LineLog::LineLog(const std::filesystem::path& file)
    : fd_{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)} {
  if (fd_ < 0) throw std::system_error{errno, std::generic_category(), file.string()};
  write_all(fd_, "\n");  // ends a torn line of the process before
}

LineLog::~LineLog() { ::close(fd_); }

void LineLog::add(const std::string& line) const { write_all(fd_, line + " " + kEnd + "\n"); }

std::vector<std::vector<std::string>> read_lines(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> lines;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    std::vector<std::string> parts;
    for (std::string word; words >> word;) parts.push_back(word);
    if (parts.empty() || parts.back() != kEnd) continue;
    parts.pop_back();
    lines.push_back(std::move(parts));
  }
  return lines;
}

}  // namespace crash
