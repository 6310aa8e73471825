#include "cli/metrics_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <leftfold/error.h>

namespace leftfold::cli {
namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

[[noreturn]] void fail(const std::filesystem::path& file, int number) {
  Errc code = Errc::unavailable;
  if (number == ENOSPC || number == EDQUOT) code = Errc::storage_full;
  if (number == EACCES || number == EPERM || number == EROFS) code = Errc::permission_denied;
  throw Error{
      code, "metrics file " + file.string() + ": " + std::generic_category().message(number) + "; see --metrics-file"};
}

}  // namespace

void write_metrics_file(const std::filesystem::path& file, const Metrics& metrics) {
  const std::filesystem::path beside = file.string() + "." + std::to_string(getpid());
  const std::string text = metrics.prometheus();
  {
    const std::unique_ptr<std::FILE, Close> out{std::fopen(beside.c_str(), "we")};
    if (out == nullptr) fail(beside, errno);
    if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size() || std::fflush(out.get()) != 0) {
      const int number = errno;
      (void)std::remove(beside.c_str());
      fail(beside, number);
    }
  }
  if (std::rename(beside.c_str(), file.c_str()) != 0) {
    const int number = errno;
    (void)std::remove(beside.c_str());
    fail(file, number);
  }
}

}  // namespace leftfold::cli
