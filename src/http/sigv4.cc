// SPDX-License-Identifier: Apache-2.0
#include "http/sigv4.h"

#include <array>
#include <mutex>
#include <string_view>
#include <utility>

#include "http/ascii.h"
#include "http/canonical_request.h"
#include "http/sha256.h"

namespace leftfold::inline v0::http {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

void put_two_digits(char* at, long value) {
  at[0] = static_cast<char>('0' + value / 10 % 10);
  at[1] = static_cast<char>('0' + value % 10);
}

// "20261124T101530Z"
std::string amz_date(Timestamp now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(now - day)};
  std::string out = "00000000T000000Z";
  put_two_digits(&out[0], static_cast<int>(date.year()) / 100);
  put_two_digits(&out[2], static_cast<int>(date.year()));
  put_two_digits(&out[4], static_cast<unsigned>(date.month()));
  put_two_digits(&out[6], static_cast<unsigned>(date.day()));
  put_two_digits(&out[9], time.hours().count());
  put_two_digits(&out[11], time.minutes().count());
  put_two_digits(&out[13], time.seconds().count());
  return out;
}

}  // namespace

class Signer::DayKey {
 public:
  DayKey(const std::string& region, const std::string& service) : region_{region}, service_{service} {}

  Digest of(std::string_view secret, std::string_view date) {
    const std::lock_guard lock{mutex_};
    if (secret_ != secret || date_ != date) {
      const Digest day = hmac_sha256(std::string{"AWS4"}.append(secret), date);
      const Digest region = hmac_sha256(bytes_of(day), region_);
      const Digest service = hmac_sha256(bytes_of(region), service_);
      key_ = hmac_sha256(bytes_of(service), "aws4_request");
      secret_ = secret;
      date_ = date;
    }
    return key_;
  }

 private:
  const std::string& region_;
  const std::string& service_;
  std::mutex mutex_;
  std::string secret_;
  std::string date_;
  Digest key_{};
};

Signer::Signer(std::string region, std::string service)
    : region_{std::move(region)}, service_{std::move(service)}, day_key_{std::make_unique<DayKey>(region_, service_)} {
  static_cast<void>(sha256({}));  // fails here rather than at the first request
}

Signer::~Signer() = default;

void Signer::sign(Request& request, const Credentials& credentials, Timestamp now) const {
  const std::string time = amz_date(now);
  const std::string_view date = std::string_view{time}.substr(0, 8);
  set_header(request.headers, "X-Amz-Date", time);
  if (credentials.session_token.empty()) {
    std::erase_if(request.headers,
                  [](const Header& header) { return equal_ignoring_case(header.name, "X-Amz-Security-Token"); });
  } else {
    set_header(request.headers, "X-Amz-Security-Token", credentials.session_token);
  }

  const CanonicalRequest canonical = canonical_request(request);
  std::string scope;
  scope.reserve(40 + region_.size() + service_.size());
  scope.append(date).append("/").append(region_).append("/").append(service_).append("/aws4_request");
  std::string to_sign;
  to_sign.reserve(160 + region_.size() + service_.size());
  to_sign.append(kAlgorithm).append("\n").append(time).append("\n").append(scope).append("\n");
  append_hex(to_sign, sha256(canonical.text));

  std::string authorization;
  authorization.reserve(320);
  authorization.append(kAlgorithm).append(" Credential=").append(credentials.access_key_id).append("/").append(scope);
  authorization.append(", SignedHeaders=").append(canonical.signed_headers).append(", Signature=");
  append_hex(authorization, hmac_sha256(bytes_of(day_key_->of(credentials.secret_access_key, date)), to_sign));
  set_header(request.headers, "Authorization", std::move(authorization));
}

}  // namespace leftfold::inline v0::http
