// SPDX-License-Identifier: Apache-2.0
// The end of a consumer, which must not wait for brokers that do not answer.
#pragma once

#include <leftfold/clock.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// Commits what is stored of a consumer's offsets, leaves its group and destroys the client. When the brokers do not
/// answer within some seconds it goes without that: the group then waits for its session to end, and events since the
/// last commit come again. Returns what kept it from ending in order; 0 when nothing did. One thread.
[[nodiscard]] rd_kafka_resp_err_t close_consumer(Client client, Clock& clock) noexcept;

}  // namespace leftfold::inline v0::kafka
