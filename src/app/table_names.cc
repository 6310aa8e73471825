// SPDX-License-Identifier: Apache-2.0
#include "app/table_names.h"

#include <leftfold/error.h>

#ifdef LEFTFOLD_WITH_DYNAMODB
#include <leftfold/dynamodb.h>
#endif

namespace leftfold::inline v0::app {

#ifdef LEFTFOLD_WITH_DYNAMODB
TableNames table_names(const Settings& settings) {
  const DynamoDbOptions options = DynamoDbOptions::from(settings.environment());
  return {options.events_table, options.second_table_name()};
}
#else
TableNames table_names(const Settings&) {
  throw Error{Errc::unsupported, "this build has no DynamoDB store; build leftfold with -DLEFTFOLD_WITH_DYNAMODB=ON"};
}
#endif

}  // namespace leftfold::inline v0::app
