#include "cli/whole_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::cli {
namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

struct Purpose {
  std::string_view what;
  std::string_view flag;
};

[[noreturn]] void fail(const std::filesystem::path& file, int number, const Purpose& purpose) {
  Errc code = Errc::unavailable;
  if (number == ENOSPC || number == EDQUOT) code = Errc::storage_full;
  if (number == EACCES || number == EPERM || number == EROFS) code = Errc::permission_denied;
  throw Error{code, std::string{purpose.what} + " " + file.string() + ": " + std::generic_category().message(number) +
                        "; see " + std::string{purpose.flag}};
}

}  // namespace

void write_whole_file(const std::filesystem::path& file, std::string_view text, std::string_view what,
                      std::string_view flag) {
  const Purpose purpose{what, flag};
  const std::filesystem::path beside = file.string() + "." + std::to_string(getpid());
  {
    const std::unique_ptr<std::FILE, Close> out{std::fopen(beside.c_str(), "we")};
    if (out == nullptr) fail(beside, errno, purpose);
    if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size() || std::fflush(out.get()) != 0) {
      const int number = errno;
      (void)std::remove(beside.c_str());
      fail(beside, number, purpose);
    }
  }
  if (std::rename(beside.c_str(), file.c_str()) != 0) {
    const int number = errno;
    (void)std::remove(beside.c_str());
    fail(file, number, purpose);
  }
}

}  // namespace leftfold::cli
