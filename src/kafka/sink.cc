// SPDX-License-Identifier: Apache-2.0
#include "kafka/sink.h"

#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "kafka/failure.h"
#include "kafka/open_tickets.h"
#include "kafka/openings.h"
#include "kafka/producer.h"
#include "kafka/sink_metrics.h"
#include "kafka/topic_limit.h"
#include "kafka/waker.h"

namespace leftfold::inline v0::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSlice{20};         // of a close(): between two looks at the deadline
constexpr milliseconds kLastReports{100};  // of silence, ten times: purged messages report at once or never

/// One producer at a time. How an aggregate never gets a gap:
/// - What a producer sent, the broker keeps as a beginning of it, per partition: by sequence numbers, by openings.h,
/// and
///   because no event fails alone. One that fails ends the producer with all that is on the way and all that waits.
/// - Until the receipts of what failed are taken nothing else is handed over, so that the caller begins again there.
/// - What a producer, or another sink before this one, still had on the way when it ended may be kept later than what
///   is sent again. It begins with what was not acknowledged, or behind it with what the same producer has there
///   already; and what is sent again begins there too. So it goes on where the topic is, or repeats.
class KafkaSink final : public EventSink {
 public:
  explicit KafkaSink(const KafkaOptions& options) : options_{options}, metrics_{*options.metrics} { open_producer(); }
  ~KafkaSink() override { metrics_.on_the_way.add(-static_cast<double>(on_the_way())); }
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  [[nodiscard]] std::uint64_t send(const RecordedEvent& event) override;
  [[nodiscard]] std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override { waker_.wake(); }
  [[nodiscard]] std::size_t on_the_way() const override { return tickets_.count() + due_.size(); }
  [[nodiscard]] std::vector<SinkReceipt> close(Instant deadline) override;

 private:
  void open_producer();
  void hand_over_held();
  [[noreturn]] void refuse(const RecordedEvent& event, std::size_t bytes) const;
  [[noreturn]] void refuse(const RecordedEvent& event, const Producer::Failure& failure);
  [[nodiscard]] std::string not_taken(const RecordedEvent& event) const;
  void collect();
  void look_at(rd_kafka_event_t* event);
  void take_report(const rd_kafka_message_t& report);
  void add_failed(std::uint64_t ticket, std::string why);
  void deny(const std::string& text);
  void end_producer(const std::string& why);
  [[nodiscard]] std::vector<SinkReceipt> take_due();
  [[nodiscard]] std::string at() const { return "Kafka topic \"" + options_.topic + "\" at " + options_.brokers; }

  const KafkaOptions& options_;
  SinkMetrics metrics_;
  Waker waker_;
  OpenTickets tickets_;
  std::vector<SinkReceipt> due_;            // receipts that nobody has taken yet
  bool failed_due_ = false;                 // one of them is of an event that failed
  std::optional<Error> denied_;             // for the next receipts()
  std::optional<Producer> producer_;        // none after one that could not go on, until the next send()
  Openings openings_;                       // of that producer
  std::optional<std::size_t> topic_bytes_;  // the topic's max.message.bytes when it was opened, if somebody told
  bool told_unknown_ = false;               // the log knows that nobody does
  bool ended_ = false;                      // the producer, since the last receipts(): there is room again
  bool closed_ = false;
};

void KafkaSink::open_producer() {
  const TopicLimit limit = read_topic_limit(options_);
  topic_bytes_ = limit.bytes;
  openings_ = {};
  producer_.emplace(options_, waker_, limit.bytes);
  if (limit.bytes || std::exchange(told_unknown_, true)) return;
  options_.log->log(LogLevel::warn, "kafka",
                    at() + ": its max.message.bytes is not known (" + limit.why + "); taking events of up to " +
                        std::to_string(producer_->most_bytes()) +
                        " bytes (message.max.bytes). Allow this process to describe the topic's configuration, or set "
                        "message.max.bytes and batch.size if the topic takes less");
}

std::uint64_t KafkaSink::send(const RecordedEvent& event) {
  if (closed_) throw Error{Errc::stopped, at() + ": the sink is closed; open another one"};
  Record record = to_record(event, options_.source.empty() ? options_.topic : options_.source);
  if (producer_ && producer_->has_next()) collect();  // one that failed ends the producer before it takes another
  if (failed_due_) return 0;
  // Not at the end of the old one: without credentials each would end at once, however often it is replaced.
  if (!producer_) {
    open_producer();
    metrics_.recreated.add();
  }
  const std::size_t bytes = event.aggregate_id.size() + record.value.size();
  if (record.bytes > producer_->most_bytes()) refuse(event, record.bytes);
  if (tickets_.count() >= producer_->room()) return 0;
  openings_.set_partitions(producer_->partitions());
  const std::uint64_t ticket = tickets_.open();
  try {
    if (openings_.may_go(event.aggregate_id, ticket, options_.clock->instant())) {
      if (const auto failure = producer_->send(event.aggregate_id, record, ticket)) {
        openings_.take_back(ticket);
        tickets_.take_back();
        // After a fatal error the code is that error's own; receipts() puts another producer in its place.
        if (failure->code == RD_KAFKA_RESP_ERR__QUEUE_FULL || producer_->fatal()) return 0;
        refuse(event, *failure);
      }
    } else {
      openings_.hold({ticket, std::string{event.aggregate_id}, std::move(record)});
    }
  } catch (const std::bad_alloc&) {
    openings_.take_back(ticket);
    tickets_.take_back();
    throw;
  }
  metrics_.sent.add();
  metrics_.sent_bytes.add(static_cast<double>(bytes));
  metrics_.on_the_way.add(1);
  return ticket;
}

// Those that need not wait any more. Only while there is a producer.
void KafkaSink::hand_over_held() {
  while (HeldBack* const held = openings_.next()) {
    if (const auto failure = producer_->send(held->key, held->record, held->ticket)) {
      if (failure->code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return;  // what is in it will report
      end_producer(failure->text);
      ended_ = true;
      return;
    }
    openings_.sent_next(options_.clock->instant());
  }
}

std::string KafkaSink::not_taken(const RecordedEvent& event) const {
  return at() + " does not take event " + std::to_string(event.version.value()) + " (" + std::string{event.type} +
         ") of aggregate " + std::string{event.aggregate_id} + ": ";
}

void KafkaSink::refuse(const RecordedEvent& event, std::size_t bytes) const {
  const std::string topic = topic_bytes_ ? "max.message.bytes of the topic is " + std::to_string(*topic_bytes_)
                                         : std::string{"max.message.bytes of the topic is not known"};
  throw Error{Errc::invalid_argument, not_taken(event) + "it has " + std::to_string(bytes) +
                                          " bytes with its headers, it may have " +
                                          std::to_string(producer_->most_bytes()) + " (" + topic +
                                          "); raise that, and message.max.bytes if it is set, or store less in it"};
}

void KafkaSink::refuse(const RecordedEvent& event, const Producer::Failure& failure) {
  const std::string what = not_taken(event) + failure.text;
  switch (failure.code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: throw Error{Errc::invalid_argument, what};
    default:
      // It is the topic, which librdkafka would hold against it for minutes: the next producer asks anew.
      if (tickets_.count() == 0) producer_.reset();
      if (code_of(failure.code) == Errc::permission_denied) {
        throw Error{Errc::permission_denied, what + "; check the credentials and the right to write it"};
      }
      throw Error{Errc::unavailable, what + "; check that the topic exists, then send it again"};
  }
}

std::vector<SinkReceipt> KafkaSink::receipts(const std::stop_token& stop, Instant deadline) {
  for (bool over = false; !over;) {
    const bool woken = waker_.begin();  // before the look: what comes after it ends the wait
    over = woken || stop.stop_requested() || options_.clock->instant() >= deadline;
    collect();
    if (denied_) throw *std::exchange(denied_, std::nullopt);
    over = over || !due_.empty() || ended_ || closed_;
    if (!over) waker_.wait(*options_.clock, stop, deadline);
  }
  ended_ = false;
  return take_due();
}

// Everything that is in the queue. Ends a producer that cannot go on.
void KafkaSink::collect() {
  if (!producer_) return;
  openings_.set_partitions(producer_->partitions());
  while (const Event event = producer_->next()) look_at(event.get());
  const auto fatal = producer_->fatal();
  if (!fatal && !failed_due_) return hand_over_held();
  const std::string why = fatal ? fatal->text : "given up because an event before it failed";
  options_.log->log(LogLevel::error, "kafka",
                    at() + ": the producer ends, another one takes over: " + (fatal ? why : due_.back().why));
  if (fatal && code_of(fatal->code) == Errc::permission_denied) deny(fatal->text);
  end_producer(why);
  ended_ = true;
}

void KafkaSink::look_at(rd_kafka_event_t* event) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
    due_.reserve(due_.size() + rd_kafka_event_message_count(event));
    while (const rd_kafka_message_t* report = rd_kafka_event_message_next(event)) take_report(*report);
  } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR && rd_kafka_event_error_is_fatal(event) == 0) {
    // librdkafka goes on by itself, except that it does so without end where the rights are missing.
    const std::string text = text_of(event);
    if (code_of(event) == Errc::permission_denied) return deny(text);
    options_.log->log(LogLevel::warn, "kafka", at() + ": " + text);
  }
}

void KafkaSink::take_report(const rd_kafka_message_t& report) {
  const std::uint64_t ticket = Producer::ticket_of(report);
  if (report.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (code_of(report.err) == Errc::permission_denied) deny(text_of(report.err));
    return add_failed(ticket, text_of(report.err));
  }
  if (rd_kafka_message_status(&report) != RD_KAFKA_MSG_STATUS_PERSISTED) {
    return add_failed(ticket, "the broker does not say whether it keeps it");
  }
  openings_.acknowledged(ticket, report.partition, options_.clock->instant());
  if (!tickets_.close(ticket)) return;
  // A broker that finds a repeated message there already does not say where.
  const Position position = report.offset < 0 ? Position::start() : Position{report.offset + 1};
  due_.push_back({ticket, true, report.partition, position, {}});
  metrics_.acknowledged.add();
}

void KafkaSink::add_failed(std::uint64_t ticket, std::string why) {
  if (!tickets_.close(ticket)) return;
  due_.push_back({ticket, false, 0, Position::start(), at() + ": " + std::move(why)});
  failed_due_ = true;
  metrics_.failed.add();
}

void KafkaSink::deny(const std::string& text) {
  denied_.emplace(Errc::permission_denied, at() + ": " + text + "; check the credentials and the right to write it");
}

void KafkaSink::end_producer(const std::string& why) {
  for (const std::uint64_t ticket : openings_.give_up()) add_failed(ticket, why);
  producer_->give_up();
  for (int quiet = 0; quiet < 10 && tickets_.count() > 0;) {
    const Event event = producer_->next(kLastReports);
    if (event == nullptr) ++quiet;
    if (event != nullptr) look_at(event.get());
  }
  for (const std::uint64_t ticket : tickets_.all()) add_failed(ticket, why);
  producer_.reset();
  openings_ = {};
}

std::vector<SinkReceipt> KafkaSink::close(Instant deadline) {
  closed_ = true;
  collect();
  while (producer_ && tickets_.count() > 0 && options_.clock->instant() < deadline) {
    producer_->hurry(kSlice);
    collect();
  }
  if (producer_) end_producer("given up when the sink was closed");
  denied_.reset();  // the receipts say it
  return take_due();
}

std::vector<SinkReceipt> KafkaSink::take_due() {
  metrics_.on_the_way.add(-static_cast<double>(due_.size()));
  failed_due_ = false;
  return std::exchange(due_, {});
}

}  // namespace

std::unique_ptr<EventSink> open_sink(const KafkaOptions& options) { return std::make_unique<KafkaSink>(options); }

}  // namespace leftfold::inline v0::kafka
