#include "cli/input.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::cli {
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

Input::Input(const Context& context, const std::string& file) : name_{file}, file_{stdin} {
  if (file == "-") {
    name_ = "stdin";
    if (isatty(STDIN_FILENO) == 1) hint(context, "reads from the terminal; end with Ctrl-D");
    return;
  }
  owned_.reset(std::fopen(file.c_str(), "rb"));
  if (!owned_) fail(name_);
  file_ = owned_.get();
}

Input::~Input() {
  if (!owned_) std::clearerr(stdin);
}

bool Input::read_more() {
  buffer_.erase(0, std::exchange(at_, 0));
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kReadBytes);
  const std::size_t got = std::fread(buffer_.data() + before, 1, kReadBytes, file_);
  const bool failed = got == 0 && std::ferror(file_) != 0;
  buffer_.resize(before + got);
  if (failed) fail(name_);
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
    if (!read_more()) break;
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
  return std::move(buffer_);
}

std::string read_input(const Context& context, const std::string& file) { return Input{context, file}.rest(); }

}  // namespace leftfold::cli
