// SPDX-License-Identifier: Apache-2.0
#include "aws/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::inline v0::aws {
namespace {

constexpr std::size_t kMaxSize = 1'000'000;

[[noreturn]] void fail(const std::string& path, int error) {
  const bool forbidden = error == EACCES || error == EPERM;
  throw Error{forbidden ? Errc::permission_denied : Errc::unavailable,
              path + ": cannot be read: " + std::generic_category().message(error) + "; let this user read the file"};
}

}  // namespace

std::optional<std::string> read_small_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail(path, errno);
  }
  struct Closer {
    int file;
    ~Closer() { close(file); }
  };
  const Closer closer{file};
  std::string text;
  std::array<char, 16384> bytes;
  for (;;) {
    const ssize_t count = read(file, bytes.data(), bytes.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, errno);
    text.append(bytes.data(), static_cast<std::size_t>(count));
    if (text.size() > kMaxSize) {
      throw Error{Errc::invalid_data, path + ": is over 1 MB, so it is no file of keys or settings; check the path"};
    }
  }
}

}  // namespace leftfold::inline v0::aws
