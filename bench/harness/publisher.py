# SPDX-License-Identifier: Apache-2.0
"""bench/run publisher: what the publisher's core costs, fed from memory, beside librdkafka's own client; and the whole way."""
from harness import kafka, table
from harness.dynamodb_servers import FreshDynoxide
from harness.kafka_peers import RdkafkaPerformance
from harness.rounds import Late, Row

TOPIC = 'leftfold-bench-published'
MOST = 10_000_000       # events of the row that looks at memory
AGGREGATES = 200_000    # twice as many as are remembered
STORED = 3_000          # events of a table's stream: dynoxide looks through all of them at each write
BACKLOG, DELAY = 'a stream that is full', 'a steady pace'
RATE = 50               # events a second of the row that looks at the delay


def rows(bench):
    rdkafka, broker = RdkafkaPerformance(kafka.ROOT), kafka.Broker(bench.data / 'kafka', bench.on_exit)
    bench.notes |= {'broker': broker.missing or 'one Apache Kafka broker, 12 partitions', 'limit': rdkafka.missing or rdkafka.name}
    made = [Row('core alone', {'leftfold': bench.ours('publisher', sink='none', events=1_000_000)}),
            Row('core to a sink in memory', {'leftfold': bench.ours('publisher', sink='memory', events=kafka.SENT)})]
    if not broker.missing:
        # Java compiles what it is asked often, so that the first bursts of a broker are slow.
        bench.prepare(3 * [bench.ours('kafka', op='produce', events=kafka.SENT, topic=TOPIC, brokers=broker.address)])
        headers = [word for name, value in kafka.HEADERS.items() for word in ('-H', f'{name}={value}')]
        made.append(Row('core to Kafka', {
            'leftfold': bench.ours('publisher', sink='kafka', events=2 * kafka.SENT, topic=TOPIC, brokers=broker.address),
            'sink': bench.ours('kafka', op='produce', events=2 * kafka.SENT, topic=TOPIC, brokers=broker.address),
            'limit': rdkafka.command('-P', '-c', 2 * kafka.SENT, '-s', kafka.RECORD_BYTES, *headers, '-b', broker.address, '-t', TOPIC,
                                     **kafka.PRODUCER)}, 0.8, servers=[broker.pid]))
    made += way_rows(bench, broker)
    return made + [Row(f'{MOST // 1_000_000}M events of {AGGREGATES // 1000}k aggregates', {
        'leftfold': bench.ours('publisher', sink='none', events=MOST, aggregates=AGGREGATES)}, 1.1)]


def way_rows(bench, broker):
    """From a table's stream to Kafka; none when a server is missing."""
    if broker.missing:
        return []
    dynoxide = FreshDynoxide(kafka.ROOT, bench.data / 'dynoxide', bench.on_exit)
    bench.notes['table'] = dynoxide.missing or 'dynoxide, which looks through all records of its streams at each write and read'
    if dynoxide.missing:
        return []
    servers = [broker.pid, *dynoxide.pids]

    def fresh():
        dynoxide.restart()
        servers[1:] = dynoxide.pids

    def ours(op, **options):  # the server is another one each time
        return Late(lambda: bench.ours('publish_path', op=op, topic=TOPIC, brokers=broker.address, endpoint=dynoxide.endpoint, **options))
    return [Row(BACKLOG, {'leftfold': ours('backlog', events=STORED)}, set_up=fresh, servers=servers),
            Row(DELAY, {'leftfold': ours('delay', rate=RATE, seconds=max(3, bench.seconds))}, set_up=fresh, servers=servers)]


def show(bench, made):
    *speed, memory = made
    way = [row for row in speed if row.label in (BACKLOG, DELAY)]
    speed = [row for row in speed if row not in way]
    lines = []
    for row in speed:
        ratio = row.ratio('events_per_s', 'leftfold', 'limit')
        lines.append([row.label, table.span(row.values('leftfold', 'events_per_s')), table.span(row.values('sink', 'events_per_s')),
                      table.span(row.values('limit', 'events_per_s')), table.times(ratio), table.verdict(ratio, row.aim or None),
                      *(table.number(row.median(name, 'cpu_us_per_event')) for name in ('leftfold', 'sink', 'limit')),
                      bench.others_cpu(row)])
    table.show('publisher: events a second through the core, fed from memory, 256-byte payload, 1,000 aggregates; '
               'limit: librdkafka\'s performance client',
               ['what', 'leftfold', 'sink alone', 'limit', 'of limit', 'aim', 'CPU us', 'sink CPU', 'limit CPU', bench.OTHERS], lines)
    if way:
        show_way(bench, *way)
    growth = memory.ratio_of('leftfold', 'all_mb', 'tenth_mb')
    table.show('publisher: MB the process takes at a tenth of the events and at the end',
               ['load', 'a tenth', 'all', 'all / a tenth', 'aim', 'events/s', bench.OTHERS],
               [[memory.label, table.number(memory.median('leftfold', 'tenth_mb')), table.number(memory.median('leftfold', 'all_mb')),
                 table.times(growth), table.verdict(growth, memory.aim, at_least=False),
                 table.span(memory.values('leftfold', 'events_per_s')), bench.others_cpu(memory)]])
    print('\n' + '\n'.join(f'{name}: {text}' for name, text in bench.notes.items()))


def show_way(bench, backlog, delay):
    table.show(f'publisher: from the stream of a table on a DynamoDB server to Kafka, {STORED} events of 256 bytes',
               ['load', 'leftfold, events/s', 'CPU us', bench.OTHERS],
               [[backlog.label, table.span(backlog.values('leftfold', 'events_per_s')),
                 table.number(backlog.median('leftfold', 'cpu_us_per_event')), bench.others_cpu(backlog)]])
    table.show('publisher: milliseconds from the end of append() to Kafka\'s acknowledgement, p50 / p99',
               ['load', 'events/s', 'leftfold', bench.OTHERS],
               [[delay.label, table.number(delay.median('leftfold', 'rate')),
                 ' / '.join(table.number(delay.median('leftfold', f'{p}_ms')) for p in ('p50', 'p99')), bench.others_cpu(delay)]])
