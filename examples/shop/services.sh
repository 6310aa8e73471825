#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shop as microservices on Kafka and a server with DynamoDB's API, all on this machine:
#   examples/shop/services.sh [--customers 1000] [--threads 8] [--kill] [--replay] [--keep] [--shop PROGRAM]
# Starts the cart service, the publisher, two projectors and two listeners, sends customers to the cart service, waits
# until every event is handled, and compares the tables with a fold of the store.
#   --kill   while customers shop, one of each service is killed (SIGKILL) and started again
#   --replay while customers shop, the read table is built anew beside the one in use and swapped in
#   --keep   leaves everything running and says how to look at it and how to end it
#   --shop   a program that is built already; else preset demo is built
# KAFKA_BROKERS and DYNAMODB_URL name servers of your own; else scripts/services starts them, and they end with this
# unless they ran before. Exit: 0 the tables are right, 1 they are not or a service failed, 2 usage, or something is missing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() { sed -n '3p' "$0" >&2; exit 2; }
customers=1000 threads=8 kill=0 replay=0 keep=0 shop=
while (($#)); do
  case $1 in
    --customers | --threads) [[ ${2-} =~ ^[1-9][0-9]*$ ]] || usage; printf -v "${1#--}" %s "$2"; shift ;;
    --shop) shop=$(realpath -e -- "${2-}") || usage; shift ;;
    --kill) kill=1 ;;
    --replay) replay=1 ;;
    --keep) keep=1 ;;
    *) usage ;;
  esac
  shift
done
say() { printf '\n== %s\n' "$*"; }
if [[ -z $shop ]]; then
  (source "$root/scripts/common.sh"; scripts/setup build; build demo -- examples/all)
  shop="$root/build/demo/examples/shop"
fi

data=$(mktemp -d "${TMPDIR:-/tmp}/shop-XXXXXX")
declare -A pids=()    # of each service that runs, by its name
started_here=()       # servers
services_state=${LEFTFOLD_SERVICES_STATE-}

# Later on without the caller's LEFTFOLD_ variables; the servers stay where they are.
servers() { LEFTFOLD_SERVICES_STATE=$services_state "$root/scripts/services" "$@"; }

# The end of a service's log, when something went wrong.
show_logs() {
  local log
  for log in "$data"/*.log; do
    if [[ -s $log ]]; then printf '\n-- the end of %s\n' "${log##*/}"; tail -n 5 "$log"; fi
  done >&2
}

# Ends every service in order; fails when one of them fails.
stop_services() {
  local name code result=0
  for name in "${!pids[@]}"; do kill -TERM "${pids[$name]}" 2>/dev/null || true; done
  for name in "${!pids[@]}"; do
    code=0
    wait "${pids[$name]}" || code=$?
    ((code == 0)) || { echo "$name ended with $code" >&2; result=1; }
  done
  pids=()
  return $result
}

finish() {
  local code=$?
  trap - EXIT
  if ((keep && code == 0)); then exit 0; fi
  stop_services || code=1
  ((code == 0)) || show_logs
  for server in "${started_here[@]}"; do servers down "$server" >/dev/null 2>&1 || true; done
  rm -rf "$data"
  exit "$code"
}
trap finish EXIT
trap 'exit 1' INT TERM

# address SERVICE VARIABLE: starts the service unless it runs, and prints where it answers.
address() {
  servers up "$1" --print-env | sed -n "s/^$2=//p"
}
runs_already() { servers status "$1" >/dev/null 2>&1; }

if [[ -z ${KAFKA_BROKERS-} ]]; then
  runs_already kafka || started_here+=(kafka)
  KAFKA_BROKERS=$(address kafka LEFTFOLD_TEST_KAFKA)
fi
if [[ -z ${DYNAMODB_URL-} ]]; then
  runs_already dynamodb || started_here+=(dynamodb)
  DYNAMODB_URL=$(address dynamodb LEFTFOLD_TEST_DYNOXIDE)
fi
# A run of its own: table, topic and group are new.
run=$(date +%s)-$$
# Programs refuse a LEFTFOLD_ variable that they do not know.
for name in $(compgen -v LEFTFOLD_); do unset "$name"; done
export KAFKA_BROKERS DYNAMODB_URL DYNAMODB_LOCAL=true
export LEFTFOLD_STORE=dynamodb: LEFTFOLD_BROKER=kafka:
export EVENTSTORE_TABLE_NAME="Shop-$run" KAFKA_EVENTS_TOPIC="shop-$run" KAFKA_GROUP_ID="shop-$run"
export SHOP_RECEIPTS="$data/receipts.db"
# So long a killed process keeps what it had; the defaults are for networks that are slower than one machine.
export LEFTFOLD_KAFKA__SESSION_TIMEOUT_MS=6000

# start NAME VERB...: a service in the background, with a log of its own.
start() {
  "$shop" "${@:2}" >"$data/$1.out" 2>>"$data/$1.log" </dev/null &
  pids[$1]=$!
}
start_carts() {
  start carts serve --port "${url##*:}"
  until url=$(grep -m 1 -o 'http://.*' "$data/carts.out"); do
    kill -0 "${pids[carts]}" 2>/dev/null || { echo "the cart service does not start" >&2; exit 1; }
    sleep 0.05 # asking again
  done
}
start_again() {
  case $1 in
    carts) start_carts ;;
    publisher) start publisher publisher run ;;
    projector-*) start "$1" run --only HotProducts ;;
    listener-*) start "$1" run --only SendReceipt ;;
  esac
}

say "Services on Kafka $KAFKA_BROKERS and DynamoDB $DYNAMODB_URL"
url=http://127.0.0.1:0
services=(carts publisher projector-1 projector-2 listener-1 listener-2)
for service in "${services[@]}"; do start_again "$service"; done
for service in "${services[@]}"; do printf '  %-12s process %s\n' "$service" "${pids[$service]}"; done
echo "  carts at $url"

drive() { # drive FIRST CUSTOMERS
  "$shop" drive --url "$url" --first "$1" --customers "$2" --threads "$threads" 2>"$data/drive.log" ||
    { cat "$data/drive.log" >&2; exit 1; }
}

say "$customers customers, $threads at a time"
before=0
if ((kill + replay && customers > 1)); then
  before=$((customers / 2))
  drive 1 "$before"
  until (($("$shop" hot 2>>"$data/hot.log" | wc -l) > 2)); do
    kill -0 "${pids[projector-1]}" "${pids[publisher]}" # a service that ended by itself is a failure
    sleep 0.05 # asking again: until the handlers are at work
  done
fi
drive $((before + 1)) $((customers - before)) >"$data/drive.out" &
driving=$!
if ((kill)); then
  for service in carts projector-1 listener-1 publisher; do
    kill -KILL "${pids[$service]}"
    wait "${pids[$service]}" 2>/dev/null || true
    start_again "$service"
    echo "  killed and started again: $service, now process ${pids[$service]}"
  done
fi
if ((replay)); then
  "$shop" replay HotProducts --yes -q 2>"$data/replay.log" || { cat "$data/replay.log" >&2; exit 1; }
fi
wait "$driving"
cat "$data/drive.out"

say "Handlers"
code=0
"$shop" verify --timeout 180 2>"$data/verify.log" || code=$?
((code == 0)) || exit 1

say "What each process used"
printf '  %-12s %10s %10s\n' service 'memory MB' 'CPU s'
for service in "${services[@]}"; do
  pid=${pids[$service]}
  [[ -r /proc/$pid/stat ]] || continue
  read -r -a stat < <(sed 's/.*) //' "/proc/$pid/stat")
  printf '  %-12s %10d %10s\n' "$service" "$(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$pid/status")" \
    "$(awk -v ticks=$((stat[11] + stat[12])) -v per="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", ticks / per }')"
done

say "What sells"
"$shop" hot

if ((keep)); then
  say "Everything runs on"
  cat <<END
  curl $url/carts/cart-1
  curl $url/hot-products
  curl -X POST $url/carts/mine/items -H 'Idempotency-Key: 1' -d '{"product_id": "apple", "quantity": 2}'
logs: $data/*.log; end it all:
  kill ${pids[*]}
  ${services_state:+LEFTFOLD_SERVICES_STATE=$services_state }scripts/services down kafka dynamodb
END
fi
