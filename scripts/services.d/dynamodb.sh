# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/services. dynamodb is two servers with DynamoDB's API: dynoxide (MIT or Apache-2.0, built by cargo)
# and moto (Apache-2.0, Python). Both keep their data in memory, so every start is an empty one.
servers[dynamodb]="dynoxide moto"
dynoxide_version=3.2.0
moto_version=5.2.5

dynoxide_install() {
  [[ -x $installed/dynoxide-$dynoxide_version/bin/dynoxide ]] && return
  export PATH="$PATH:$HOME/.cargo/bin"
  command -v cargo >/dev/null || missing "dynoxide is built by cargo 1.88 or later, which is not here; get it from" \
    "https://rustup.rs (Debian 12's own, 1.63, is too old), then run this again"
  command -v cc >/dev/null || missing "no C compiler; run scripts/setup build, then this again"
  say "building dynoxide $dynoxide_version (once, some minutes)" >&2
  # Its link-time optimisation costs minutes and makes tests no faster.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$installed/cargo" \
    logged dynoxide-install cargo install dynoxide-rs --version "$dynoxide_version" --locked --no-default-features \
    --features native-sqlite,http-server,cli --root "$installed/dynoxide-$dynoxide_version" --no-track
  rm -rf "$installed/cargo"
}

dynoxide_command() { command=("$installed/dynoxide-$dynoxide_version/bin/dynoxide" --host 127.0.0.1 --port "$1"); }
dynoxide_answers() { lists_tables "$1"; }
dynoxide_address() { echo "http://127.0.0.1:$1"; }

moto_install() {
  [[ -x $installed/moto-$moto_version/bin/moto_server ]] && return
  command -v python3 >/dev/null || missing "moto needs python3: apt-get install python3 python3-venv"
  say "installing moto $moto_version (once)" >&2
  rm -rf "$installed/moto-$moto_version"
  python3 -m venv "$installed/moto-$moto_version" >"$installed/moto-install.log" 2>&1 ||
    missing "python3 cannot make a virtual environment; apt-get install python3-venv, then run this again"
  logged moto-install "$installed/moto-$moto_version/bin/pip" install --quiet --disable-pip-version-check \
    "moto[dynamodb,server]==$moto_version"
}

# One request at a time: moto's transactions do not keep those of other threads out.
moto_server='import sys; from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)'

moto_command() { command=("$installed/moto-$moto_version/bin/python3" -c "$moto_server" "$1"); }
moto_answers() { lists_tables "$1"; }
moto_address() { echo "http://127.0.0.1:$1"; }

# lists_tables PORT: DynamoDB's ListTables gets an answer with status 200.
lists_tables() {
  python3 - "$1" <<'PYTHON' 2>/dev/null
import sys, urllib.request
scope = "test/20260101/us-east-1/dynamodb/aws4_request"
request = urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}/", data=b"{}", headers={
    "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.exit(0 if opener.open(request, timeout=2).status == 200 else 1)
PYTHON
}
