#include "http/failure.h"

#include <string_view>

#include <leftfold/error.h>

namespace leftfold::http {
namespace {

struct Verdict {
  Errc code;
  std::string_view next_step;
};

Verdict before_it_left(CURLcode result) {
  switch (result) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Errc::invalid_argument, "write the address as http://host:port/path or https://host:port/path"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Errc::unavailable, "check the proxy in HTTPS_PROXY, http_proxy or ALL_PROXY"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Errc::unavailable, "check the host's name, the region in it, and the DNS of this machine"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {Errc::invalid_config,
              "check the host's name; when the certificate is from an authority of your own, name its PEM file as the "
              "CA bundle (AWS_CA_BUNDLE)"};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE: return {Errc::invalid_config, "give the CA bundle (AWS_CA_BUNDLE) as a PEM file"};
    case CURLE_OPERATION_TIMEDOUT:
      return {Errc::unavailable, "check that the network and its firewalls let this machine through, then try again"};
    case CURLE_SSL_CONNECT_ERROR: return {Errc::unavailable, "check that the port speaks TLS, then try again"};
    default: return {Errc::unavailable, "check that the server runs and can be reached from here, then try again"};
  }
}

Verdict verdict(const Failure& failure) {
  if (failure.left_completely) {
    return {Errc::in_doubt, failure.kind == Failure::Kind::too_big
                                ? "it was processed; ask for less at once, or raise max_response_bytes"
                                : "it may have been processed: read what it was to change before sending it again"};
  }
  if (failure.kind == Failure::Kind::stopped) return {Errc::stopped, "nothing was processed"};
  if (failure.connected) return {Errc::unavailable, "it did not leave completely, so nothing was processed; try again"};
  return before_it_left(failure.result);
}

}  // namespace

void throw_failure(const Request& request, const Failure& failure) {
  const Verdict found = verdict(failure);
  std::string text = request.method + ' ' + redacted_url(request.url) + ": " + failure.reason;
  text.append("; ").append(found.next_step);
  throw Error{found.code, text};
}

}  // namespace leftfold::http
