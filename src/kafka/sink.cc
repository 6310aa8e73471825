#include "kafka/sink.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "kafka/failure.h"
#include "kafka/open_tickets.h"
#include "kafka/producer.h"
#include "kafka/sink_metrics.h"
#include "kafka/waker.h"

namespace leftfold::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSlice{20};         // of a close(): between two looks at the deadline
constexpr milliseconds kLastReports{100};  // of silence, ten times: purged messages report at once or never

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
  void open_producer() { producer_.emplace(options_, waker_); }
  [[nodiscard]] std::uint64_t refused(const Producer::Failure& failure, const RecordedEvent& event, std::size_t bytes);
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
  std::vector<SinkReceipt> due_;      // receipts that nobody has taken yet
  std::optional<Error> denied_;       // for the next receipts()
  std::optional<Producer> producer_;  // none after one that could not go on, until the next send()
  bool ended_ = false;                // the producer, since the last receipts(): there is room again
  bool closed_ = false;
};

std::uint64_t KafkaSink::send(const RecordedEvent& event) {
  if (closed_) throw Error{Errc::stopped, at() + ": the sink is closed; open another one"};
  Record record = to_record(event, options_.source.empty() ? options_.topic : options_.source);
  // Not at the end of the old one: without credentials each would end at once, however often it is replaced.
  if (!producer_) {
    open_producer();
    metrics_.recreated.add();
  }
  const std::size_t bytes = event.aggregate_id.size() + record.value.size();
  const std::uint64_t ticket = tickets_.open();
  if (const auto failure = producer_->send(event.aggregate_id, std::move(record), ticket)) {
    tickets_.take_back();
    return refused(*failure, event, bytes);
  }
  metrics_.sent.add();
  metrics_.sent_bytes.add(static_cast<double>(bytes));
  metrics_.on_the_way.add(1);
  return ticket;
}

std::uint64_t KafkaSink::refused(const Producer::Failure& failure, const RecordedEvent& event, std::size_t bytes) {
  const std::string what = at() + " does not take event " + std::to_string(event.version.value()) + " (" +
                           std::string{event.type} + ") of aggregate " + std::string{event.aggregate_id} + ": ";
  switch (failure.code) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR__FATAL:  // receipts() ends the producer and so makes room
      return 0;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      throw Error{Errc::invalid_argument,
                  what + "it has " + std::to_string(bytes) + " bytes and its headers, message.max.bytes is " +
                      producer_->most_bytes() + "; raise it, and max.message.bytes of the topic, or store less in it"};
    case RD_KAFKA_RESP_ERR__INVALID_ARG: throw Error{Errc::invalid_argument, what + failure.text};
    default:
      // It is the topic, which librdkafka would hold against it for minutes: the next producer asks anew.
      if (tickets_.count() == 0) producer_.reset();
      if (code_of(failure.code) == Errc::permission_denied) {
        throw Error{Errc::permission_denied, what + failure.text + "; check the credentials and the right to write it"};
      }
      throw Error{Errc::unavailable, what + failure.text + "; check that the topic exists, then send it again"};
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

// Everything that is in the queue. A producer that has ended is given up here and nowhere else.
void KafkaSink::collect() {
  if (!producer_) return;
  while (const Event event = producer_->next()) look_at(event.get());
  if (const auto fatal = producer_->fatal()) {
    options_.log->log(LogLevel::error, "kafka", at() + ": the producer ends, another one takes over: " + fatal->text);
    if (code_of(fatal->code) == Errc::permission_denied) deny(fatal->text);
    end_producer(fatal->text);
    ended_ = true;
  }
}

void KafkaSink::look_at(rd_kafka_event_t* event) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
    due_.reserve(due_.size() + rd_kafka_event_message_count(event));
    while (const rd_kafka_message_t* report = rd_kafka_event_message_next(event)) take_report(*report);
  } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR && rd_kafka_event_error_is_fatal(event) == 0) {
    // librdkafka goes on by itself, except that it does so without end where the rights are missing.
    const std::string text = text_of(event);
    if (code_of(rd_kafka_event_error(event)) == Errc::permission_denied) return deny(text);
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
  if (!tickets_.close(ticket)) return;
  // A broker that finds a repeated message there already does not say where.
  const Position position = report.offset < 0 ? Position::start() : Position{report.offset + 1};
  due_.push_back({ticket, true, report.partition, position, {}});
  metrics_.acknowledged.add();
}

void KafkaSink::add_failed(std::uint64_t ticket, std::string why) {
  if (!tickets_.close(ticket)) return;
  due_.push_back({ticket, false, 0, Position::start(), at() + ": " + std::move(why)});
  metrics_.failed.add();
}

void KafkaSink::deny(const std::string& text) {
  denied_.emplace(Errc::permission_denied, at() + ": " + text + "; check the credentials and the right to write it");
}

void KafkaSink::end_producer(const std::string& why) {
  producer_->give_up();
  for (int quiet = 0; quiet < 10 && tickets_.count() > 0;) {
    const Event event = producer_->next(kLastReports);
    if (event == nullptr) ++quiet;
    if (event != nullptr) look_at(event.get());
  }
  for (const std::uint64_t ticket : tickets_.all()) add_failed(ticket, why);
  producer_.reset();
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
  return std::exchange(due_, {});
}

}  // namespace

std::unique_ptr<EventSink> open_sink(const KafkaOptions& options) { return std::make_unique<KafkaSink>(options); }

}  // namespace leftfold::kafka
