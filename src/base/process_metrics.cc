// SPDX-License-Identifier: Apache-2.0
#include <leftfold/process_metrics.h>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

namespace leftfold::inline v0 {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<double> cpu_seconds() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return std::nullopt;
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::optional<double> resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  double all = 0;
  double resident = 0;
  if (!(file >> all >> resident)) return std::nullopt;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> open_fds() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return std::nullopt;
  double count = -1;                                       // the folder's own
  while (const dirent* const entry = ::readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry->d_name[0] != '.') ++count;
  }
  (void)::closedir(folder);
  return count;
}

/// Seconds since the epoch (proc(5): field 22 of stat, in ticks since the boot, and btime).
std::optional<double> start_time() {
  std::ifstream stat{"/proc/self/stat"};
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');  // the name may have spaces and brackets in it
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields{line.substr(name_end + 1)};
  std::string field;
  constexpr int kStartTime = 22;
  for (int i = 3; i <= kStartTime; ++i) fields >> field;
  std::ifstream boot{"/proc/stat"};
  std::string word;
  while (boot >> word && word != "btime") boot.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  double booted = 0;
  if (!fields || !(boot >> booted)) return std::nullopt;
  return booted + std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::unique_ptr<Metrics::Refresh> add_process_metrics(Metrics& metrics) {
  Counter& cpu = metrics.counter("process_cpu_seconds_total", "Processor time of this process, user and system.");
  Gauge& memory = metrics.gauge("process_resident_memory_bytes", "Memory of this process that is in RAM.");
  Gauge& files = metrics.gauge("process_open_fds", "Open file descriptors of this process.");
  Gauge& start = metrics.gauge("process_start_time_seconds", "When this process began, in seconds since 1970.");
  if (const auto began = start_time()) start.set(*began);
  return metrics.refresh_with([&cpu, &memory, &files] {
    if (const auto used = cpu_seconds()) cpu.add(*used - cpu.value());
    if (const auto bytes = resident_bytes()) memory.set(*bytes);
    if (const auto open = open_fds()) files.set(*open);
  });
}

}  // namespace leftfold::inline v0
