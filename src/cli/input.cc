#include "cli/input.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::cli {
namespace {

[[noreturn]] void fail(const std::string& name) {
  const std::error_code reason{errno, std::generic_category()};
  const Errc code = reason == std::errc::no_such_file_or_directory ? Errc::not_found
                    : reason == std::errc::permission_denied       ? Errc::permission_denied
                                                                   : Errc::unavailable;
  throw Error{code, "cannot read " + name + ": " + reason.message()};
}

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::string read_all(std::FILE* file, const std::string& name) {
  std::string text;
  char buffer[64 * 1024];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, got);
  if (std::ferror(file) != 0) fail(name);
  return text;
}

}  // namespace

std::string read_input(const Context& context, const std::string& file) {
  if (file == "-") {
    if (isatty(STDIN_FILENO) == 1) hint(context, "reads from the terminal; end with Ctrl-D");
    std::string text = read_all(stdin, "stdin");
    std::clearerr(stdin);
    return text;
  }
  const std::unique_ptr<std::FILE, Close> opened{std::fopen(file.c_str(), "rb")};
  if (!opened) fail(file);
  return read_all(opened.get(), file);
}

}  // namespace leftfold::cli
