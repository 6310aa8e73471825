// SPDX-License-Identifier: Apache-2.0
#include "kafka/certificate_check.h"

#include <openssl/x509_vfy.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include <leftfold/kafka.h>

namespace leftfold::inline v0::kafka {
namespace {

const char* next_step(int error) {
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "it is made for another host: name the broker as its certificate does, here (KAFKA_BROKERS) and in its "
             "advertised.listeners";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return "renew it, or check this machine's clock";
    default: return "set ssl.ca.location to the PEM file of the authority that signed it";
  }
}

// Any thread of librdkafka, for each certificate of a broker, with what OpenSSL found wrong with it. Refuses what
// OpenSSL refuses and nothing else.
int look_at_certificate(rd_kafka_t* /*client*/, const char* broker, std::int32_t /*id*/, int* error, int /*depth*/,
                        const char* /*certificate*/, std::size_t /*size*/, char* text, std::size_t text_size,
                        void* opaque) noexcept {
  if (*error == X509_V_OK) return 1;
  const char* const reason = X509_verify_cert_error_string(*error);
  static_cast<void>(std::snprintf(text, text_size, "%s", reason));
  try {
    const auto& options = *static_cast<const KafkaOptions*>(opaque);
    options.log->log(
        LogLevel::error, "kafka",
        std::string{"the certificate of broker "} + broker + " is not accepted: " + reason + "; " + next_step(*error),
        {{"facility", std::string{kCertificateFacility}}});
  } catch (const std::exception&) {  // no memory for the words; the answer is the same
  }
  return 0;
}

}  // namespace

void tell_refused_certificates(rd_kafka_conf_t* conf) {
  // Does nothing in a librdkafka without TLS, which has no certificates.
  static_cast<void>(rd_kafka_conf_set_ssl_cert_verify_cb(conf, look_at_certificate));
}

}  // namespace leftfold::inline v0::kafka
