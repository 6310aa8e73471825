// SPDX-License-Identifier: Apache-2.0
// A certificate authority of a test's own, made by openssl.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/source_dir.h"
#include "support/temporary_folder.h"

namespace leftfold::test_support {

/// ca.pem signs server.pem (for 127.0.0.1), whose key is server.key. Lives as long as a test. One thread at a time.
class CertificateAuthority {
 public:
  CertificateAuthority() { sign("server", "IP:127.0.0.1"); }

  /// Makes NAME.pem with NAME.key for "DNS:localhost" and the like; with less than 0 days it has expired already.
  /// Throws std::runtime_error.
  void sign(const std::string& name, const std::string& subject_alt_name, int days = 2) const {
    const std::string arguments =
        folder_.path().string() + ' ' + name + ' ' + subject_alt_name + ' ' + std::to_string(days);
    const std::string script = (source_dir() / "tests/support/make_certificates").string();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread of a test waits for children
    if (std::system(("'" + script + "' " + arguments + " >/dev/null 2>&1").c_str()) != 0) {
      throw std::runtime_error{"failed: " + script + ' ' + arguments};
    }
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace leftfold::test_support
