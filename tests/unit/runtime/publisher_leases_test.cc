// SPDX-License-Identifier: Apache-2.0
// Leases by observation: who may take which, without a store or a clock.
#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/publisher/lease_book.h"

namespace leftfold::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

Lease lease(std::string name, std::string owner = "", std::int64_t counter = 1) {
  return {"g", std::move(name), std::move(owner), counter, "", false, ""};
}

std::vector<std::string> names(const std::vector<Lease>& leases) {
  std::vector<std::string> names;
  for (const Lease& one : leases) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  return names;
}

TEST(PublisherLeases, OneThatNobodyOwnsIsFreeAndOneWhoseCounterMovesIsNot) {
  LeaseBook book{"a", 10s};
  book.observe({lease("x"), lease("y", "b", 1)}, kStart);
  EXPECT_TRUE(book.free("x", kStart));
  EXPECT_FALSE(book.free("y", kStart + 9s));
  book.observe({lease("x"), lease("y", "b", 2)}, kStart + 9s);
  EXPECT_FALSE(book.free("y", kStart + 18s));
  book.observe({lease("x"), lease("y", "b", 2)}, kStart + 18s);
  EXPECT_TRUE(book.free("y", kStart + 19s));
}

TEST(PublisherLeases, OneThatIsNewToUsHasItsWholeTimeHoweverOldItIs) {
  LeaseBook book{"a", 10s};
  book.observe({lease("x", "dead", 77)}, kStart);
  EXPECT_FALSE(book.free("x", kStart + 10s - 1ns));
  EXPECT_TRUE(book.free("x", kStart + 10s));
}

TEST(PublisherLeases, OneThatIsDoneOrUnknownIsNeitherFreeNorOurs) {
  LeaseBook book{"a", 10s};
  Lease done = lease("x", "a");
  done.done = true;
  book.observe({done}, kStart);
  EXPECT_FALSE(book.free("x", kStart + 1h));
  EXPECT_FALSE(book.mine("x"));
  EXPECT_FALSE(book.free("?", kStart));
  EXPECT_FALSE(book.mine("?"));
  EXPECT_TRUE(book.to_take({"x", "?"}, kStart + 1h).empty());
}

TEST(PublisherLeases, AWriteThatWasStoredCountsAtOnceAndOneThatWasRefusedEndsTheOwnership) {
  LeaseBook book{"a", 10s};
  book.observe({lease("x", "", 4)}, kStart);
  Lease taken = *book.find("x");
  taken.owner = "a";
  book.wrote(taken, kStart);
  EXPECT_TRUE(book.mine("x"));
  EXPECT_EQ(book.find("x")->counter, 5);
  book.refused("x");
  EXPECT_FALSE(book.mine("x"));
  EXPECT_FALSE(book.free("x", kStart + 1h)) << "until it is listed again nothing is known of it";
  book.observe({lease("x", "a", 6)}, kStart + 1s);  // an answer that was lost: it was stored
  EXPECT_TRUE(book.mine("x"));
}

TEST(PublisherLeases, ALoneWorkerTakesAllAndASecondOneStealsOneARound) {
  LeaseBook a{"a", 10s};
  const LeaseBook::Names all{"1", "2", "3", "4"};
  a.observe({lease("1"), lease("2"), lease("3"), lease("4")}, kStart);
  EXPECT_EQ(names(a.to_take(all, kStart)), (std::vector<std::string>{"1", "2", "3", "4"}));

  LeaseBook b{"b", 10s};
  b.observe({lease("1", "a"), lease("2", "a"), lease("3", "a"), lease("4", "a")}, kStart);
  EXPECT_TRUE(b.to_take(all, kStart).empty());
  EXPECT_TRUE(b.to_steal(all, kStart).has_value());
  b.observe({lease("1", "a"), lease("2", "a"), lease("3", "a"), lease("4", "b")}, kStart);
  EXPECT_TRUE(b.to_steal(all, kStart).has_value());
  b.observe({lease("1", "a"), lease("2", "a"), lease("3", "b"), lease("4", "b")}, kStart);
  EXPECT_FALSE(b.to_steal(all, kStart).has_value());
}

TEST(PublisherLeases, OnlyAShareOfWhatIsFreeIsTakenWhileOthersLive) {
  LeaseBook book{"a", 10s};
  const LeaseBook::Names all{"1", "2", "3", "4", "5"};
  book.observe({lease("1", "b"), lease("2"), lease("3"), lease("4"), lease("5")}, kStart);
  EXPECT_EQ(book.to_take(all, kStart).size(), 3U);  // ceil(5 / 2)
}

TEST(PublisherLeases, WhatIsNotEligibleIsNotTakenAndDoesNotCount) {
  LeaseBook book{"a", 10s};
  book.observe({lease("1", "b"), lease("2"), lease("3", "b")}, kStart);
  EXPECT_TRUE(book.to_take({"1"}, kStart).empty());
  EXPECT_EQ(names(book.to_take({"1", "2"}, kStart)), (std::vector<std::string>{"2"}));
}

// Random courses of up to six workers that come, die, freeze and go on; each acts on what it last saw.
TEST(PublisherLeases, WorkersComeToRestWithEvenSharesAndEveryLeaseOwnedOnceInSimulation) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random{seed};
    const auto below = [&](int n) { return std::uniform_int_distribution{0, n - 1}(random); };
    std::map<std::string, Lease> stored;
    LeaseBook::Names all;
    const int leases = 1 + below(12);
    for (int i = 0; i < leases; ++i) {
      const std::string name = "s" + std::to_string(i);
      stored[name] = lease(name);
      all.insert(name);
    }
    struct Worker {
      LeaseBook book;
      bool alive = true;
      int frozen = 0;
    };
    std::map<std::string, Worker> workers;
    Instant now = kStart;
    const auto list = [&] {
      std::vector<Lease> all_leases;
      for (const auto& [name, one] : stored) all_leases.push_back(one);
      return all_leases;
    };
    const auto write = [&](const std::string& me, Lease wanted) {
      LeaseBook& book = workers.at(me).book;
      if (stored.at(wanted.name).counter != wanted.counter) return book.refused(wanted.name);
      book.wrote(wanted, now);
      ++wanted.counter;
      stored[wanted.name] = wanted;
    };
    const auto round = [&](const std::string& me) {
      Worker& worker = workers.at(me);
      if (!worker.alive || worker.frozen-- > 0) return;
      worker.frozen = 0;
      if (below(8) > 0) worker.book.observe(list(), now);  // else it acts on what it saw a round ago
      for (const Lease* one : worker.book.all()) {
        if (worker.book.mine(one->name)) write(me, Lease{*one});
      }
      std::vector<Lease> taken = worker.book.to_take(all, now);
      if (const auto stolen = worker.book.to_steal(all, now); taken.empty() && stolen) taken.push_back(*stolen);
      for (Lease one : taken) {
        one.owner = me;
        write(me, one);
      }
    };
    const auto everyone = [&] {
      std::vector<std::string> order;
      for (const auto& [name, worker] : workers) order.push_back(name);
      std::shuffle(order.begin(), order.end(), random);
      for (const std::string& name : order) round(name);
      now += 3s;
    };
    for (int step = 0; step < 60; ++step) {
      if (below(6) == 0 && workers.size() < 6) {
        const std::string name = "w" + std::to_string(workers.size());
        workers.emplace(name, Worker{LeaseBook{name, 10s}});
      }
      for (auto& [name, worker] : workers) {
        if (below(60) == 0) worker.alive = false;
        if (below(20) == 0) worker.frozen = below(8);
      }
      everyone();
    }
    workers.emplace("last", Worker{LeaseBook{"last", 10s}});
    for (auto& [name, worker] : workers) worker.frozen = 0;
    for (int step = 0; step < 40; ++step) everyone();

    std::map<std::string, std::size_t> shares;
    for (const auto& [name, worker] : workers) {
      if (worker.alive) shares[name] = 0;
    }
    for (const auto& [name, one] : stored) {
      ASSERT_TRUE(shares.contains(one.owner)) << "seed " << seed << ": " << name << " is left to " << one.owner;
      ++shares[one.owner];
    }
    const auto by_size = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::minmax_element(shares.begin(), shares.end(), by_size);
    EXPECT_LE(most->second - least->second, 1U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace leftfold::runtime
