// SPDX-License-Identifier: Apache-2.0
#include "aws/partition.h"

#include <array>

namespace leftfold::inline v0::aws {
namespace {

struct Prefix {
  std::string_view prefix;
  Partition partition;
};

// As in partitions.json of AWS's SDKs (botocore 1.44.8).
constexpr std::array<Prefix, 7> kPartitions{{
    {"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
    {"us-gov-", {"aws-us-gov", "amazonaws.com", "api.aws"}},
    {"eusc-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
    {"us-iso-", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
    {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
    {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
}};
constexpr Partition kAws{"aws", "amazonaws.com", "api.aws"};

}  // namespace

const Partition& partition_of(std::string_view region) noexcept {
  for (const Prefix& one : kPartitions) {
    if (region.starts_with(one.prefix)) return one.partition;
  }
  return kAws;
}

}  // namespace leftfold::inline v0::aws
