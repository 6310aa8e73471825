# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/services: ports, and processes that outlive the script. Of a server NAME, $state has NAME.port from
# `up` until `down`, NAME.pid (its number and when it began) while it runs, and NAME.log.

# A port that nobody is given by chance while its server is down: outside of those that the system gives to clients.
free_port() {
  python3 - <<'PYTHON'
import random, socket
low, high = map(int, open("/proc/sys/net/ipv4/ip_local_port_range").read().split())
ports = [port for port in range(10000, 65536) if not low <= port <= high] or range(10000, 65536)
while True:
    port = random.choice(ports)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PYTHON
}
port_of() { cat "$state/$1.port" 2>/dev/null; }
address_of() { "$1_address" "$(port_of "$1")"; }

# started_at PID: when that process began, in ticks; fails when it has ended, waited for or not. Its first thread says Z
# while others are still to end, and until the last one has, its sockets and files are open.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] || ((stat[17] > 1)) || return
  echo "${stat[19]}"
}

# runs NAME: the process that `up` started is still that process, and no other with its number.
runs() {
  local pid start
  { read -r pid start <"$state/$1.pid"; } 2>/dev/null && [[ -n $start && $(started_at "$pid") == "$start" ]]
}
answers() { runs "$1" && "$1_answers" "$(port_of "$1")"; }

# given NAME: the environment names a server that is not ours.
given() {
  local variable="LEFTFOLD_TEST_${1^^}"
  [[ -n ${!variable-} && ! (-s $state/$1.port && ${!variable} == "$(address_of "$1")") ]]
}
ours() { ! given "$1" || fail "LEFTFOLD_TEST_${1^^} names a server that was not started here"; }
is_function() { declare -F "$1" >/dev/null; }

start() {
  local port deadline=$((SECONDS + 120)) log="$state/$1.log" command=()
  answers "$1" && return
  end "$1" TERM
  if ! port=$(port_of "$1"); then
    port=$(free_port)
    : >"$log"
    if is_function "$1_prepare"; then "$1_prepare" "$port"; fi
    echo "$port" >"$state/$1.port" # last: what is half prepared is prepared again
  fi
  "$1_command" "$port"
  # In a session of its own, so that the end of a test run or an interrupt does not end it.
  setsid "${command[@]}" >>"$log" 2>&1 </dev/null 8>&- 9>&- &
  echo "$! $(started_at $!)" >"$state/$1.pid"
  until answers "$1"; do
    runs "$1" && ((SECONDS < deadline)) || { tail -n 20 "$log" >&2; fail "$1 does not answer on port $port"; }
    sleep 0.1 # asking again, not hoping: the loop ends by the answer
  done
}

# end NAME SIGNAL: returns when the process is gone; one that does not heed SIGTERM is killed.
end() {
  local pid deadline=$((SECONDS + 30))
  if runs "$1"; then
    read -r pid _ <"$state/$1.pid"
    kill "-$2" "$pid" || true
    while runs "$1"; do
      ((SECONDS < deadline)) || kill -KILL "$pid" || true
      sleep 0.05 # asking again
    done
  fi
  rm -f "$state/$1.pid"
}
