// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/connect.h"

#include <algorithm>
#include <utility>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "aws/http_options.h"
#include "dynamodb/http_transport.h"

namespace leftfold::inline v0::dynamodb {

namespace {

/// What the ways to both endpoints share.
HttpTransport::Options common(const DynamoDbOptions& options, const aws::Environment& environment,
                              const std::string& region) {
  http::ClientOptions http = aws::http_options(environment, options.profile);
  http.connect_timeout = options.connect_timeout;
  http.total_timeout = options.request_timeout;

  aws::CredentialsOptions credentials;
  credentials.environment = environment;
  if (options.keys) {
    credentials.fixed = http::Credentials{options.keys->access_key_id, options.keys->secret_access_key,
                                          options.keys->session_token, std::nullopt};
  }
  credentials.profile = options.profile;
  credentials.region = region;
  credentials.http = http;
  credentials.log = options.log;

  HttpTransport::Options transport;
  transport.region = region;
  transport.credentials = aws::default_credentials(std::move(credentials));
  transport.http = std::move(http);
  return transport;
}

}  // namespace

std::unique_ptr<Transport> connect(const DynamoDbOptions& options) { return connect_all(options).tables; }

Transports connect_all(const DynamoDbOptions& options) {
  const aws::Environment environment = aws::process_environment();
  const aws::Endpoint tables =
      aws::resolve_endpoint("dynamodb", {environment, options.region, options.endpoint_url, options.profile});
  const std::string& given = options.streams_endpoint_url.empty() ? options.endpoint_url : options.streams_endpoint_url;
  const aws::Endpoint streams =
      aws::resolve_endpoint("streams.dynamodb", {environment, tables.region, given, options.profile});
  HttpTransport::Options transport = common(options, environment, tables.region);
  Transports all;
  transport.endpoint_url = tables.url;
  all.tables = std::make_unique<HttpTransport>(transport);
  HttpTransport::Options brief = transport;
  brief.http.connect_timeout = std::min(brief.http.connect_timeout, kBriefAttempt);
  brief.http.total_timeout = std::min(brief.http.total_timeout, kBriefAttempt);
  all.brief = std::make_unique<HttpTransport>(std::move(brief));
  transport.endpoint_url = streams.url;
  transport.target = "DynamoDBStreams_20120810";
  all.streams = std::make_unique<HttpTransport>(std::move(transport));
  return all;
}

ClientOptions client_options(const DynamoDbOptions& options) {
  ClientOptions client;
  client.max_attempts = options.max_attempts;
  client.clock = options.clock;
  client.log = options.log;
  client.metrics = options.metrics;
  client.observer = options.on_call;
  return client;
}

ClientOptions brief_client_options(const DynamoDbOptions& options) {
  ClientOptions client = client_options(options);
  client.max_attempts = std::min(client.max_attempts, 2);
  client.retry_within = kBriefRetry;
  client.transient_wait = client.throttled_wait = std::chrono::milliseconds{50};
  return client;
}

}  // namespace leftfold::inline v0::dynamodb
