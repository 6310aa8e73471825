// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

#include "http/handle.h"
#include "http/transfer.h"

namespace leftfold::inline v0::http {
namespace {

void check_readable(const std::string& ca_bundle) {
  const int file = open(ca_bundle.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    throw Error{Errc::invalid_config, ca_bundle +
                                          ": the CA bundle cannot be read: " + std::generic_category().message(errno) +
                                          "; name a PEM file that this user may read (AWS_CA_BUNDLE)"};
  }
  close(file);
}

}  // namespace

Client::Client(ClientOptions options) : options_{std::move(options)}, handles_{std::make_unique<HandlePool>(options_)} {
  if (!options_.ca_bundle.empty()) check_readable(options_.ca_bundle);
}

Client::~Client() = default;

Response Client::send(const Request& request, const std::stop_token& stop) {
  // Goes back also after a failure: libcurl has closed the connection then, the rest of the handle is sound.
  struct Lease {
    HandlePool& pool;
    std::unique_ptr<Handle> handle;
    ~Lease() { pool.put_back(std::move(handle)); }
  };
  const Lease lease{*handles_, handles_->take()};
  return Transfer{*lease.handle, request, options_, stop}.run();
}

}  // namespace leftfold::inline v0::http
