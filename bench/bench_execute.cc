// SPDX-License-Identifier: Apache-2.0
// CPU time of a command above the store: Repository::execute on a store that costs nothing, or the same work by hand.
//   --engine leftfold|counted|hand (counted: with metrics) --loaded N (events of the aggregate) --seconds S
#include <time.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/aggregate_root.h>
#include <leftfold/event_store.h>
#include <leftfold/metrics.h>
#include <leftfold/repository.h>

#include "json_event.h"
#include "support/arguments.h"
#include "support/cart.h"
#include "support/workload.h"

namespace leftfold::bench {
namespace {

constexpr std::size_t kChunk = 128;  // commands between two looks at the clock

class Cart : public AggregateRoot<CartState, Events<ItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_item(const ItemAdded& item) {
    if (state().items.size() >= 100'000) throw std::logic_error{"the cart is full"};
    create_event(item);
  }
};

/// Hands out pages made before the clock started; an append is forgotten.
class PreparedStore final : public EventStore {
 public:
  explicit PreparedStore(std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) payloads_.push_back(to_json(make_item(i)));
  }
  void prepare() {
    pages_.clear();
    next_ = 0;
    for (std::size_t i = 0; i < kChunk; ++i) pages_.push_back(make_page());
  }

  AppendResult append(const AppendRequest& request) override {
    const auto events = static_cast<std::int64_t>(request.events.size());
    return Appended{
        Version{request.expected.value() + events}, Position{++position_}, request.events.size(), {}, false};
  }
  EventPage read_stream(std::string_view, Version, std::size_t) override { return std::move(pages_.at(next_++)); }
  EventPage read_all(Position, std::size_t) override { throw std::logic_error{"not part of a command"}; }
  Position head() override { return Position{position_}; }
  std::optional<Appended> find_append(std::string_view, std::string_view) override { return std::nullopt; }

 private:
  EventPage make_page() const {
    EventPage page;
    page.reserve(payloads_.size(), payloads_.size() * 320);
    RecordedEvent event;
    event.aggregate_id = kCartId;
    event.type = event_name<ItemAdded>();
    for (const std::string& payload : payloads_) {
      event.version = event.version.next();
      event.position = event.position.next();
      event.payload = payload;
      page.add(event);
    }
    page.set_at_end(true);
    return page;
  }

  std::vector<std::string> payloads_;
  std::vector<EventPage> pages_;
  std::size_t next_ = 0;
  std::int64_t position_ = 0;
};

/// The same work without the library: one event type, known codec, no checks of versions, no retries.
struct HandCart {
  CartState state;
  Version version;
};

HandCart load_by_hand(EventStore& store) {
  HandCart cart;
  const EventPage page = store.read_stream(kCartId, Version::none(), 1000);
  for (const RecordedEvent& event : page) {
    if (event.type != "Event") throw std::logic_error{"unknown event"};
    cart.state.apply(::bench::kOndemand.read(event.payload));
    cart.version = event.version;
  }
  return cart;
}

ItemAdded decide_by_hand(HandCart& cart, const ItemAdded& item) {
  if (cart.state.items.size() >= 100'000) throw std::logic_error{"the cart is full"};
  cart.state.apply(item);
  return item;
}

void append_by_hand(EventStore& store, const HandCart& cart, const ItemAdded& item) {
  AppendRequest request;
  request.aggregate_id = kCartId;
  request.expected = cart.version;
  NewEvent& event = request.events.emplace_back();
  event.id = Uuid::v7(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  event.type = "Event";
  ::bench::kOndemand.write(item, event.payload);
  require_appended(store.append(request));
}

double thread_cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

double measure_chunk(PreparedStore& store, const std::function<void()>& work) {
  store.prepare();
  const double begin = thread_cpu_us();
  for (std::size_t i = 0; i < kChunk; ++i) work();
  return (thread_cpu_us() - begin) / static_cast<double>(kChunk);
}

void run(const Arguments& arguments) {
  const std::string engine = arguments.text("engine", "leftfold");
  PreparedStore store{arguments.count("loaded", 10)};
  Metrics metrics;
  RepositoryOptions options;
  if (engine == "counted") options.metrics = &metrics;
  const Repository<Cart> carts{store, options};
  const ItemAdded item = make_item(1'000'000);
  std::size_t sink = 0;

  std::vector<std::function<void()>> steps;  // load; load and decide; load, decide and append
  const auto command = [&item](Cart& cart) { cart.add_item(item); };
  if (engine == "leftfold" || engine == "counted") {
    steps = {[&] { sink += carts.load(kCartId).state().items.size(); },
             [&] {
               Cart cart = carts.load(kCartId);
               command(cart);
               sink += cart.uncommitted().size();
             },
             [&] { sink += carts.execute(kCartId, command).events; }};
  } else if (engine == "hand") {
    steps = {[&] { sink += load_by_hand(store).state.items.size(); },
             [&] {
               HandCart cart = load_by_hand(store);
               sink += decide_by_hand(cart, item).productId.size();
             },
             [&] {
               HandCart cart = load_by_hand(store);
               append_by_hand(store, cart, decide_by_hand(cart, item));
             }};
  } else {
    throw std::invalid_argument{"--engine " + engine + ": leftfold, counted or hand"};
  }

  std::vector<std::vector<double>> samples(steps.size());
  const auto seconds = std::chrono::duration<double>{arguments.seconds("seconds", 1)};
  for (const auto begin = SteadyClock::now(); SteadyClock::now() - begin < seconds;) {
    for (std::size_t i = 0; i < steps.size(); ++i) samples[i].push_back(measure_chunk(store, steps[i]));
  }
  const double load = quantile(samples[0], 0.5);
  const double decide = quantile(samples[1], 0.5) - load;
  const double execute = quantile(samples[2], 0.5);
  print_figures({{"execute_us", execute},
                 {"load_us", load},
                 {"decide_us", decide},
                 {"append_us", execute - load - decide},
                 {"sink", static_cast<double>(sink % 2)}});
}

}  // namespace
}  // namespace leftfold::bench

int main(int argc, char** argv) { return leftfold::bench::run_program(argc, argv, &leftfold::bench::run); }
