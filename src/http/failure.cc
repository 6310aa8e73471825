// SPDX-License-Identifier: Apache-2.0
#include "http/failure.h"

#include <string_view>

#include <leftfold/error.h>

#include "http/ascii.h"
#include "http/url.h"

namespace leftfold::inline v0::http {
namespace {

struct Verdict {
  Errc code;
  std::string_view next_step;
};

bool says(const Failure& failure, std::string_view words) { return failure.reason.find(words) != std::string::npos; }

// By OpenSSL's and libcurl's words: there is one code for all of it.
std::string_view step_for_certificate(const Failure& failure) {
  if (says(failure, "expired") || says(failure, "not yet valid")) {
    return "the server's certificate has to be renewed, or this machine's clock is wrong";
  }
  // "... subject name ... target host name", or hostname, or ipv4 address, as versions of libcurl have it.
  if (says(failure, "subject name")) return "use the host name that the server's certificate is made for";
  return "when the certificate is from an authority of your own, name its PEM file as the CA bundle (AWS_CA_BUNDLE)";
}

Verdict before_it_left(const Failure& failure) {
  switch (failure.result) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Errc::invalid_argument, "write the address as http://host:port/path or https://host:port/path"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Errc::unavailable, "check the proxy in HTTPS_PROXY, http_proxy or ALL_PROXY"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Errc::unavailable, "check the host's name, the region in it, and the DNS of this machine"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR: return {Errc::invalid_config, step_for_certificate(failure)};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE: return {Errc::invalid_config, "give the CA bundle (AWS_CA_BUNDLE) as a PEM file"};
    case CURLE_OPERATION_TIMEDOUT:
      if (says(failure, "SSL connection timeout")) {
        return {Errc::unavailable, "check that the port speaks TLS and that the network is not slow, then try again"};
      }
      return {Errc::unavailable, "check that the network and its firewalls let this machine through, then try again"};
    case CURLE_SSL_CONNECT_ERROR:
      if (says(failure, "wrong version number")) {  // OpenSSL's words for what does not begin like TLS
        return {Errc::invalid_config, "the port speaks no TLS: write http://, or name the port that does"};
      }
      return {Errc::unavailable, "check that the port speaks TLS, then try again"};
    default: return {Errc::unavailable, "check that the server runs and can be reached from here, then try again"};
  }
}

Verdict verdict(const Request& request, const Failure& failure) {
  if (failure.left_completely) {
    // What a port of TLS answers to HTTP: nothing, a reset, or an alert.
    const bool no_http = failure.result == CURLE_GOT_NOTHING || failure.result == CURLE_RECV_ERROR ||
                         failure.result == CURLE_UNSUPPORTED_PROTOCOL;
    if (no_http && equal_ignoring_case(split_url(request.url).scheme, "http")) {
      return {Errc::in_doubt,
              "if the port speaks TLS, write https://; else it may have been processed: read what it was to change "
              "before sending it again"};
    }
    return {Errc::in_doubt, failure.kind == Failure::Kind::too_big
                                ? "it was processed; ask for less at once, or raise max_response_bytes"
                                : "it may have been processed: read what it was to change before sending it again"};
  }
  if (failure.kind == Failure::Kind::stopped) return {Errc::stopped, "nothing was processed"};
  if (failure.connected) return {Errc::unavailable, "it did not leave completely, so nothing was processed; try again"};
  return before_it_left(failure);
}

}  // namespace

void throw_failure(const Request& request, const Failure& failure) {
  const Verdict found = verdict(request, failure);
  std::string text = request.method + ' ' + redacted_url(request.url) + ": " + failure.reason;
  text.append("; ").append(found.next_step);
  throw Error{found.code, text};
}

}  // namespace leftfold::inline v0::http
