# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/services. lambda is AWS's Runtime Interface Emulator (Apache-2.0, built by go), which runs one Lambda
# function: tests start their own, so it is only installed.
programs[lambda]=lambda_rie
lambda_rie_version=v0.0.0-20261030222936-bef5c4ba774d # it has no versions of Go's kind; this is a commit and its time
lambda_rie_folder="$installed/lambda-rie-${lambda_rie_version##*-}"

lambda_rie_path() { echo "$lambda_rie_folder/aws-lambda-rie"; }
lambda_rie_install() {
  [[ -x $(lambda_rie_path) ]] && return
  command -v go >/dev/null || missing "AWS's Runtime Interface Emulator is built by Go 1.26.6 or later, which is not here;" \
    "get it from https://go.dev/dl (Debian 12's own, 1.19, is too old), then run this again"
  say "building AWS's Runtime Interface Emulator (once)" >&2
  logged lambda_rie-install env CGO_ENABLED=0 GOBIN="$lambda_rie_folder" go install \
    "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@$lambda_rie_version"
}
