# SPDX-License-Identifier: Apache-2.0
"""bench/run kafka: the sink and the Runner on a Kafka broker, beside librdkafka's own client and Parallel Consumer."""
import os
import subprocess
import uuid
from pathlib import Path

from harness import table
from harness.kafka_peers import ParallelConsumer, RdkafkaPerformance
from harness.rounds import Late, Row

ROOT = Path(__file__).resolve().parent.parent.parent
FILLED, PRODUCED, TICKS = 'leftfold-bench-filled', 'leftfold-bench-produced', 'leftfold-bench-ticks'
EVENTS = 500_000      # of the topic that is consumed
SENT = 300_000        # of one burst that produces
OF_PEER = 100_000     # that Parallel Consumer handles in one burst
HANDLER_MS, WORKERS = 5, 10
# The options of the broker that tests start keep Java to its first compiler.
JAVA_OPTIONS = '-Xms256m -Xmx1g -XX:+UseSerialGC'
PRODUCER = {'linger_ms': 5, 'batch_size': 1000000, 'compression_type': 'lz4', 'enable_idempotence': 'true',
            'partitioner': 'murmur2_random', 'sticky_partitioning_linger_ms': 0, 'queue_buffering_max_messages': 100000}
CONSUMER = {'auto_offset_reset': 'earliest', 'isolation_level': 'read_committed', 'check_crcs': 'true',
            'fetch_wait_max_ms': 100, 'queued_min_messages': 100000}
# Key and value of an event of 256 bytes, and headers like its own: docs/format/kafka.md.
RECORD_BYTES = 41 + 577
# What leftfold lets librdkafka read ahead of each of 12 partitions; its own default is 64 MB of each.
OURS_AHEAD = 65_536 // 12
SECOND_LIMITS = {'bare': 'beside bare messages of 256 bytes', 'bounded': 'beside the same that may read ahead as much as we do'}
ANY_UUID = '01234567-0123-7123-8123-0123456789ab'
HEADERS = {'ce_specversion': '1.0', 'ce_id': ANY_UUID, 'ce_source': PRODUCED, 'ce_type': 'CartItemAddedV01',
           'ce_subject': f'cart-{ANY_UUID}', 'ce_time': '2026-01-01T00:00:00.000Z', 'ce_sequence': '123',
           'ce_partitionkey': f'cart-{ANY_UUID}', 'content-type': 'application/json'}


class Broker:
    """A broker of its own, beside any that runs for tests; it ends with `on_exit`, and its data are deleted."""

    def __init__(self, state, on_exit):
        services = ROOT / 'scripts' / 'services'
        environment = {name: value for name, value in os.environ.items() if name != 'LEFTFOLD_TEST_KAFKA'}
        environment |= {'LEFTFOLD_SERVICES_STATE': str(state), 'LEFTFOLD_KAFKA_JAVA_OPTIONS': JAVA_OPTIONS}
        on_exit.callback(subprocess.run, [services, 'down', 'kafka'], env=environment, stdout=subprocess.DEVNULL)
        up = subprocess.run([services, 'up', 'kafka', '--print-env'], env=environment, stdout=subprocess.PIPE, text=True)
        self.missing = 'not measured: scripts/services cannot start a broker' if up.returncode else None
        if not self.missing:
            self.address = up.stdout.strip().split('=', 1)[1]
            self.pid = int((state / 'kafka.pid').read_text().split()[0])


def with_fresh_group(words):
    """The command, each time with a consumer group that has no checkpoint."""
    return Late(lambda: [f'bench-{uuid.uuid4()}' if word == 'GROUP' else word for word in words])


def rows(bench):
    rdkafka, peer = RdkafkaPerformance(ROOT), ParallelConsumer(ROOT, wanted=bench.wants_peers)
    broker = Broker(bench.data / 'kafka', bench.on_exit)
    bench.notes |= {'broker': broker.missing or 'one Apache Kafka broker, 12 partitions', 'limit': rdkafka.missing or rdkafka.name,
                    'peer': peer.missing or peer.name}
    if broker.missing:
        return []
    where = {'brokers': broker.address}

    def ours(op, topic, **options):
        return bench.ours('kafka', op=op, topic=topic, **where, **options)

    def limit(*arguments, topic, **properties):
        command = rdkafka.command(*arguments, '-b', broker.address, '-t', topic, **properties)
        return command and with_fresh_group(command)

    bench.prepare([ours('fill', FILLED, events=EVENTS)])
    headers = [word for name, value in HEADERS.items() for word in ('-H', f'{name}={value}')]
    filled = limit('-G', 'GROUP', '-c', EVENTS, topic=FILLED, **CONSUMER)
    bounded = limit('-G', 'GROUP', '-c', EVENTS, topic=FILLED, **CONSUMER, queued_max_messages_kbytes=OURS_AHEAD)
    made = [Row('produce', {
        'leftfold': ours('produce', PRODUCED, events=SENT),
        'limit': limit('-P', '-c', SENT, '-s', RECORD_BYTES, *headers, topic=PRODUCED, **PRODUCER),
        'bare': limit('-P', '-c', SENT, '-s', 256, topic=PRODUCED, **PRODUCER)}, 0.8, servers=[broker.pid])]
    for in_flight in (30, 1000):
        made.append(Row(f'consume, handler does nothing, {in_flight} in flight', {
            'leftfold': ours('consume', FILLED, events=EVENTS, in_flight=in_flight),
            'limit': filled,
            'bounded': bounded if in_flight == 1000 else None,
            'peer': peer.command(broker.address, FILLED, OF_PEER, 0, 0) if in_flight == 30 else None}, 0.7, servers=[broker.pid]))
    made.append(Row(f'consume, handler sleeps {HANDLER_MS} ms, {WORKERS} workers', {
        'leftfold': ours('slow', FILLED, handler_ms=HANDLER_MS, workers=WORKERS, seconds=bench.seconds),
        'limit': bench.ours('kafka', op='serial', handler_ms=HANDLER_MS, workers=WORKERS, seconds=bench.seconds),
        'peer': peer.command(broker.address, FILLED, OF_PEER, HANDLER_MS, bench.seconds)}, 0.95, servers=[broker.pid]))
    return made + [Row(f'{rate}/s', {'leftfold': ours('latency', TICKS, rate=rate, seconds=max(2, bench.seconds))}, 25,
                       servers=[broker.pid]) for rate in (200, 2000)]


def show(bench, made):
    throughput = [row for row in made if '/s' not in row.label]
    lines = []
    for row in throughput:
        for limit in ('limit', *(name for name in SECOND_LIMITS if name in row.commands)):
            first = limit == 'limit'
            ratio = row.ratio('events_per_s', 'leftfold', limit)
            lines.append([row.label if first else f'{row.label}, {SECOND_LIMITS[limit]}',
                          table.span(row.values('leftfold', 'events_per_s')), table.span(row.values(limit, 'events_per_s')),
                          table.times(ratio), table.verdict(ratio, row.aim) if first else '',
                          table.span(row.values('peer', 'events_per_s')), table.times(row.ratio('events_per_s', 'leftfold', 'peer')),
                          *(table.number(row.median(name, 'cpu_us_per_event')) for name in ('leftfold', limit, 'peer')),
                          bench.others_cpu(row)])
    table.show('kafka: events a second, 256-byte payload, 1,000 aggregates; limit: librdkafka\'s performance client, or workers x serial',
               ['what', 'leftfold', 'limit', 'of limit', 'aim', 'Parallel Consumer', 'x peer', 'CPU us', 'limit CPU', 'peer CPU',
                bench.OTHERS], lines)
    lines = []
    for row in made[len(throughput):]:
        values = [row.median('leftfold', f'{p}_ms') for p in ('p50', 'p99', 'p999')]
        lines.append([row.label, ' / '.join(map(table.number, values)), table.verdict(values[1], row.aim, at_least=False),
                      table.number(row.median('leftfold', 'cpu_us_per_event')), bench.others_cpu(row)])
    table.show('kafka: milliseconds from send() to the handler at a steady pace, p50 / p99 / p99.9; the producer waits up to 5 for more',
               ['load', 'leftfold', 'aim (p99)', 'CPU us an event', bench.OTHERS], lines)
    print('\n' + '\n'.join(f'{name}: {text}' for name, text in bench.notes.items()))
