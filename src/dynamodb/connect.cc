#include "dynamodb/connect.h"

#include <utility>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/environment.h"
#include "dynamodb/http_transport.h"

namespace leftfold::dynamodb {

std::unique_ptr<Transport> connect(const DynamoDbOptions& options) {
  const aws::Environment environment = aws::process_environment();
  const aws::Endpoint endpoint =
      aws::resolve_endpoint("dynamodb", {environment, options.region, options.endpoint_url, options.profile});
  http::ClientOptions http;
  http.connect_timeout = options.connect_timeout;
  http.total_timeout = options.request_timeout;
  http.proxies = http::proxies_from(environment);
  http.ca_bundle = aws::value_of(environment, "AWS_CA_BUNDLE");

  aws::CredentialsOptions credentials;
  credentials.environment = environment;
  if (options.keys) {
    credentials.fixed = http::Credentials{options.keys->access_key_id, options.keys->secret_access_key,
                                          options.keys->session_token, std::nullopt};
  }
  credentials.profile = options.profile;
  credentials.region = endpoint.region;
  credentials.http = http;
  credentials.log = options.log;

  HttpTransport::Options transport;
  transport.endpoint_url = endpoint.url;
  transport.region = endpoint.region;
  transport.credentials = aws::default_credentials(std::move(credentials));
  transport.http = std::move(http);
  return std::make_unique<HttpTransport>(std::move(transport));
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

}  // namespace leftfold::dynamodb
