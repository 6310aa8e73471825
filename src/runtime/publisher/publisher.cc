// SPDX-License-Identifier: Apache-2.0
#include <leftfold/publisher.h>

#include <atomic>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/reconcile.h>
#include <leftfold/uuid.h>

#include "runtime/node_name.h"
#include "runtime/publisher/feed_publisher.h"
#include "runtime/publisher/poll_stream.h"
#include "runtime/publisher/publisher_run.h"
#include "runtime/publisher/stream_publisher.h"

namespace leftfold::inline v0 {
namespace {

[[noreturn]] void refuse(const std::string& why) { throw Error{Errc::invalid_argument, "Publisher: " + why}; }

PublisherOptions checked(PublisherOptions options, const OpenSink& open_sink) {
  if (!open_sink) refuse("there is nothing to publish to; give it a function that opens a sink");
  if (options.name.empty()) refuse("it has no name, under which its place is kept; set PublisherOptions::name");
  if (options.most_open == 0) refuse("most_open is 0, so it could take nothing; give it at least 1");
  if (options.lease_expires_after <= options.renew_every) {
    refuse("lease_expires_after is " + std::to_string(options.lease_expires_after.count()) + " ms, renew_every " +
           std::to_string(options.renew_every.count()) + " ms; a lease must outlive its renewal, better three of them");
  }
  if (options.worker.empty()) {
    const std::string id = Uuid::v7(options.clock->now()).to_string();
    options.worker = detail::node_name() + ":" + id.substr(id.size() - 8);  // several in one process
  }
  return options;
}

void check_ports(const PublishedStore& stored, bool polls) {
  const auto need = [](const void* port, const char* name) {
    if (port == nullptr) refuse(std::string{"PublishedStore::"} + name + " is missing; give it the store's own");
  };
  need(stored.events, "events");
  need(stored.cursors, "cursors");
  need(stored.leases, "leases");
  if (polls) {
    need(stored.scan, "scan");
  } else if (stored.changes == nullptr) {
    refuse("PublishedStore::changes is missing: the store has no stream; give it one, or publish with From::poll");
  }
}

// Looks through the whole store; an unfinished look of before may have been past what was missed since.
runtime::Repair repair_with(const PublishedStore& stored, const OpenSink& open_sink, const PublisherOptions& options) {
  if (stored.scan == nullptr) return nullptr;
  ReconcileOptions reconciling;
  reconciling.name = options.name + "/repair";
  reconciling.worker = options.worker;
  reconciling.afresh = true;
  reconciling.unpublishable = options.unpublishable;
  reconciling.clock = options.clock;
  reconciling.log = options.log;
  reconciling.metrics = options.metrics;
  return [=](const std::stop_token& stop) { return reconcile(stored, open_sink, reconciling, stop).blocked; };
}

}  // namespace

class Publisher::Impl {
 public:
  Impl(EventFeed& stored, OpenSink open_sink, PublisherOptions options) {
    PublisherOptions good = checked(std::move(options), open_sink);
    run_ = std::make_unique<runtime::FeedPublisher>(stored, std::move(open_sink), std::move(good));
  }

  Impl(PublishedStore stored, OpenSink open_sink, PublisherOptions options) {
    PublisherOptions good = checked(std::move(options), open_sink);
    const bool polls = good.from == PublisherOptions::From::poll;
    check_ports(stored, polls);
    runtime::StreamSource source;
    source.stored = stored;
    source.group = good.name;
    if (polls) {
      poll_ = std::make_unique<runtime::PollStream>(*stored.scan, stored.outbox);
      source.stored.changes = poll_.get();
      source.group += "/poll";  // a stream that comes later is no successor of it
      source.pace = {good.poll_every, good.poll_every, true};
      source.settled = [poll = poll_.get()](const runtime::HoldProgress& progress) {
        poll->settled(progress.checkpoint);
      };
    } else {
      source.repair = repair_with(stored, open_sink, good);
    }
    run_ = std::make_unique<runtime::StreamPublisher>(std::move(source), std::move(open_sink), std::move(good));
  }

  void run(const std::stop_token& stop) {
    if (running_.exchange(true)) refuse("it runs already; run() is for one thread at a time");
    struct Over {
      std::atomic<bool>& running;
      ~Over() { running = false; }
    } const over{running_};
    run_->run(stop);
  }
  [[nodiscard]] PublisherStatus status() const { return run_->status(); }

 private:
  std::unique_ptr<runtime::PollStream> poll_;
  std::unique_ptr<runtime::PublisherRun> run_;
  std::atomic<bool> running_{false};
};

Publisher::Publisher(EventFeed& stored, OpenSink open_sink, PublisherOptions options)
    : impl_{std::make_unique<Impl>(stored, std::move(open_sink), std::move(options))} {}

Publisher::Publisher(PublishedStore stored, OpenSink open_sink, PublisherOptions options)
    : impl_{std::make_unique<Impl>(stored, std::move(open_sink), std::move(options))} {}

Publisher::~Publisher() = default;

void Publisher::run(const std::stop_token& stop) { impl_->run(stop); }

PublisherStatus Publisher::status() const { return impl_->status(); }

}  // namespace leftfold::inline v0
