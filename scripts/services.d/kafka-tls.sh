# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/services, behind kafka.sh. kafka-tls is another Kafka broker, for TLS, logins and ACLs. Its own port
# speaks plaintext, for who sets things up; $kafka_tls_folder/listeners has the others, each NAME=HOST:PORT:
#   ssl        with a certificate for localhost and 127.0.0.1; its address is that of the service
#   sasl_ssl   the same, and SASL/PLAIN: alice or bob, whose passwords are alice-secret and bob-secret
#   elsewhere  with a certificate for another host
#   mtls       as ssl, and asks for the client's certificate
# The authority of all certificates is made at the first start: ca.pem, and client.pem with client.key for clients.
# Everybody may do everything until an ACL is made for it; who comes without a name is not asked.
servers[kafka-tls]=kafka_tls
kafka_tls_folder="$state/kafka-tls"

kafka_tls_install() { kafka_install; }

kafka_tls_prepare() {
  local name port replace=(-e "s|@folder@|$kafka_tls_folder|")
  rm -rf "$kafka_tls_folder"
  mkdir -p "$kafka_tls_folder"
  for name in server=DNS:localhost,IP:127.0.0.1 elsewhere=DNS:elsewhere.example client=DNS:client.example; do
    logged kafka-tls-certificates tests/support/make_certificates "$kafka_tls_folder" "${name%%=*}" "${name#*=}"
    cat "$kafka_tls_folder/${name%%=*}".{key,pem} >"$kafka_tls_folder/${name%%=*}.both.pem" # as Java reads them
  done
  for name in ssl sasl_ssl elsewhere mtls; do
    port=$(free_port)
    echo "$name=127.0.0.1:$port" >>"$kafka_tls_folder/listeners"
    replace+=(-e "s|@$name@|127.0.0.1:$port|g")
  done
  echo "plain=127.0.0.1:$1" >>"$kafka_tls_folder/listeners"
  replace+=(-e "s|@plain@|127.0.0.1:$1|g")
  sed "${replace[@]}" "$kafka_files/tls.properties" >"$kafka_tls_folder/tls.properties"
  kafka_format kafka_tls "$1" "$kafka_tls_folder/data" "$kafka_tls_folder/server.properties" \
    "$kafka_tls_folder/tls.properties"
}

kafka_tls_command() { kafka_java kafka.Kafka "$kafka_tls_folder/server.properties"; }
kafka_tls_answers() { kafka_answers "$1"; }
kafka_tls_address() { sed -n 's/^ssl=//p' "$kafka_tls_folder/listeners" 2>/dev/null; }
kafka_tls_forget() { rm -rf "$kafka_tls_folder"; }
