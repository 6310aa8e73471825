// A certificate authority of a test's own, made by openssl.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/temporary_folder.h"

namespace leftfold::test_http {

/// ca.pem signs server.pem (for 127.0.0.1), whose key is server.key. Lives as long as a test.
class CertificateAuthority {
 public:
  CertificateAuthority() {
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-authority -keyout " +
        file("ca.key") + " -out " + file("ca.pem"));
    run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -addext "
        "subjectAltName=IP:127.0.0.1 "
        "-keyout " +
        file("server.key") + " -out " + file("server.csr"));
    run("x509 -req -days 2 -copy_extensions copyall -CAcreateserial -CA " + file("ca.pem") + " -CAkey " +
        file("ca.key") + " -in " + file("server.csr") + " -out " + file("server.pem"));
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  static void run(const std::string& arguments) {
    if (std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str()) != 0) {
      throw std::runtime_error{"failed: openssl " + arguments};
    }
  }

  test_support::TemporaryFolder folder_;
};

}  // namespace leftfold::test_http
