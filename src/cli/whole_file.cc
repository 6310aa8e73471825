// SPDX-License-Identifier: Apache-2.0
#include "cli/whole_file.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::cli {
namespace {

std::filesystem::path real_place(std::filesystem::path file, std::string_view what, std::string_view flag) {
  std::error_code unknown;  // then opening tells
  const std::filesystem::file_status there = std::filesystem::status(file, unknown);
  if (!std::filesystem::exists(there)) return file;
  if (!std::filesystem::is_regular_file(there)) {
    throw Error{Errc::invalid_argument, std::string{what} + " " + file.string() +
                                            " is there and is no file, so it is not replaced; see " +
                                            std::string{flag}};
  }
  std::filesystem::path real = std::filesystem::canonical(file, unknown);
  return unknown ? file : real;
}

}  // namespace

WholeFile::WholeFile(std::filesystem::path file, std::string_view what, std::string_view flag)
    : file_{real_place(std::move(file), what, flag)},
      what_{what},
      flag_{flag},
      beside_{file_.string() + "." + std::to_string(getpid())},
      out_{std::fopen(beside_.c_str(), "we")} {
  if (out_ == nullptr) fail(beside_, errno);
}

WholeFile::~WholeFile() {
  if (out_ != nullptr) (void)std::remove(beside_.c_str());
}

void WholeFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), out_.get()) != text.size()) fail(beside_, errno);
}

void WholeFile::finish() {
  if (std::fflush(out_.get()) != 0) fail(beside_, errno);
  if (std::rename(beside_.c_str(), file_.c_str()) != 0) fail(file_, errno);
  out_.reset();
}

void WholeFile::fail(const std::filesystem::path& file, int number) const {
  Errc code = Errc::unavailable;
  if (number == ENOSPC || number == EDQUOT) code = Errc::storage_full;
  if (number == EACCES || number == EPERM || number == EROFS) code = Errc::permission_denied;
  throw Error{code, what_ + " " + file.string() + ": " + std::generic_category().message(number) + "; see " + flag_};
}

void write_whole_file(const std::filesystem::path& file, std::string_view text, std::string_view what,
                      std::string_view flag) {
  WholeFile whole{file, what, flag};
  whole.write(text);
  whole.finish();
}

}  // namespace leftfold::inline v0::cli
