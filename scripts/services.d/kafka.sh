# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/services. kafka is one Apache Kafka broker (Apache-2.0), its own controller, from Maven artifacts.
# Its data outlive its process: kill and restart keep them, down deletes them. The Java options are those of a small
# broker that starts quickly; LEFTFOLD_KAFKA_JAVA_OPTIONS replaces them, for measuring.
servers[kafka]=kafka
kafka_files="$root/tests/kafka/broker"
kafka_version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$kafka_files/pom.xml")
kafka_home="$installed/kafka-$kafka_version"
kafka_data="$state/kafka-data"
kafka_properties="$state/kafka.properties"
read -ra kafka_java_options \
  <<<"${LEFTFOLD_KAFKA_JAVA_OPTIONS:--Xms64m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1}"

kafka_install() {
  command -v java >/dev/null || missing "kafka needs Java 17; run scripts/setup kafka, then this again"
  cmp -s "$kafka_files/pom.xml" "$kafka_home/pom.xml" && return
  command -v mvn >/dev/null || missing "kafka is installed by Maven; run scripts/setup kafka, then this again"
  say "installing Kafka $kafka_version (once)" >&2
  rm -rf "$kafka_home"
  logged kafka-install mvn -q -B -f "$kafka_files/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$kafka_home/lib"
  cp "$kafka_files/pom.xml" "$kafka_home/" # last: it says that the rest is there
}

kafka_java() { # kafka_java CLASS ARGUMENT...: sets the command
  command=(java "${kafka_java_options[@]}" "-Dlog4j.configuration=file:$kafka_files/log4j.properties"
    -cp "$kafka_home/lib/*" "$@")
}

# kafka_format NAME PORT DATA PROPERTIES [MORE]: writes PROPERTIES, to which those in the file MORE are added, and makes the
# folder DATA for them.
kafka_format() {
  local controller_port command
  rm -rf "$3"
  controller_port=$(free_port)
  sed "s|@port@|$2|; s|@controller_port@|$controller_port|; s|@data@|$3|" "$kafka_files/server.properties" "${@:5}" \
    >"$4"
  kafka_java kafka.tools.StorageTool format --config "$4" --cluster-id leftfold-test-cluster
  "${command[@]}" >>"$state/$1.log" 2>&1 </dev/null ||
    { tail -n 20 "$state/$1.log" >&2; fail "$1 cannot make its data folder"; }
}

kafka_prepare() { kafka_format kafka "$1" "$kafka_data" "$kafka_properties"; }
kafka_command() { kafka_java kafka.Kafka "$kafka_properties"; }
kafka_answers() { python3 -B scripts/services.d/kafka_wire.py "$1" 2>/dev/null; }
kafka_address() { echo "127.0.0.1:$1"; }
kafka_forget() { rm -rf "$kafka_data" "$kafka_properties"; }
