// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/kafka.h>

#include "kafka/client_config.h"
#include "kafka/options.h"
#include "kafka/reading.h"
#include "kafka/sink.h"
#include "kafka/topic.h"

namespace leftfold::inline v0 {

class KafkaBroker::Impl {
 public:
  explicit Impl(KafkaOptions options)
      : options_{checked(std::move(options))},
        partitions_{kafka::ready_topic(options_)},
        client_{kafka::make_client(options_, kafka::Purpose::admin,
                                   kafka::client_config(options_, kafka::Purpose::admin, {}))} {}

  [[nodiscard]] const KafkaOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int32_t partitions() const noexcept { return partitions_; }
  [[nodiscard]] rd_kafka_t* client() const noexcept { return client_.get(); }

 private:
  static KafkaOptions checked(KafkaOptions options) {
    kafka::check_options(options);
    kafka::check_properties(options);
    return options;
  }

  const KafkaOptions options_;
  const std::int32_t partitions_;
  const kafka::Client client_;  // for questions about offsets
};

KafkaBroker::KafkaBroker(KafkaOptions options) : impl_{std::make_unique<Impl>(std::move(options))} {}

KafkaBroker::~KafkaBroker() = default;

std::unique_ptr<Subscription> KafkaBroker::subscribe(const SubscriptionOptions& options) {
  if (options.name.empty()) {
    throw Error{Errc::invalid_argument, "subscribe: the subscription has no name; name it \"<group>.<handler>\""};
  }
  return kafka::open_subscription(impl_->options(), impl_->partitions(), options);
}

Position KafkaBroker::head(std::int32_t partition) {
  if (partition < 0 || partition >= impl_->partitions()) {
    throw Error{Errc::invalid_argument, "head: topic " + impl_->options().topic + " has no partition " +
                                            std::to_string(partition) + "; it has 0 to " +
                                            std::to_string(impl_->partitions() - 1)};
  }
  return kafka::read_head(impl_->client(), impl_->options(), partition);
}

Position KafkaBroker::checkpoint(std::string_view subscription) {
  return kafka::read_checkpoint(impl_->options(), subscription, 0);
}

std::vector<Progress> KafkaBroker::progress(std::string_view subscription) {
  return kafka::read_progress(impl_->options(), subscription, impl_->partitions());
}

std::unique_ptr<EventSink> KafkaBroker::open_sink() { return kafka::open_sink(impl_->options()); }

std::int32_t KafkaBroker::partitions() const noexcept { return impl_->partitions(); }

const KafkaOptions& KafkaBroker::options() const noexcept { return impl_->options(); }

}  // namespace leftfold::inline v0
