"""bench/run publisher: what the publisher's core costs, fed from memory, beside librdkafka's own client."""
from harness import kafka, table
from harness.kafka_peers import RdkafkaPerformance
from harness.rounds import Row

TOPIC = 'leftfold-bench-published'
MOST = 10_000_000       # events of the row that looks at memory
AGGREGATES = 200_000    # twice as many as are remembered


def rows(bench):
    rdkafka, broker = RdkafkaPerformance(kafka.ROOT), kafka.Broker(bench.data / 'kafka', bench.on_exit)
    bench.notes |= {'broker': broker.missing or 'one Apache Kafka broker, 12 partitions', 'limit': rdkafka.missing or rdkafka.name}
    made = [Row('core alone', {'leftfold': bench.ours('publisher', sink='none', events=1_000_000)}),
            Row('core to a sink in memory', {'leftfold': bench.ours('publisher', sink='memory', events=kafka.SENT)})]
    if not broker.missing:
        headers = [word for name, value in kafka.HEADERS.items() for word in ('-H', f'{name}={value}')]
        made.append(Row('core to Kafka', {
            'leftfold': bench.ours('publisher', sink='kafka', events=kafka.SENT, topic=TOPIC, brokers=broker.address),
            'sink': bench.ours('kafka', op='produce', events=kafka.SENT, topic=TOPIC, brokers=broker.address),
            'limit': rdkafka.command('-P', '-c', kafka.SENT, '-s', kafka.RECORD_BYTES, *headers, '-b', broker.address, '-t', TOPIC,
                                     **kafka.PRODUCER)}, 0.8, servers=[broker.pid]))
    return made + [Row(f'{MOST // 1_000_000}M events of {AGGREGATES // 1000}k aggregates', {
        'leftfold': bench.ours('publisher', sink='none', events=MOST, aggregates=AGGREGATES)}, 1.1)]


def show(bench, made):
    *speed, memory = made
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
    growth = memory.ratio_of('leftfold', 'all_mb', 'tenth_mb')
    table.show('publisher: MB the process takes at a tenth of the events and at the end',
               ['load', 'a tenth', 'all', 'all / a tenth', 'aim', 'events/s', bench.OTHERS],
               [[memory.label, table.number(memory.median('leftfold', 'tenth_mb')), table.number(memory.median('leftfold', 'all_mb')),
                 table.times(growth), table.verdict(growth, memory.aim, at_least=False),
                 table.span(memory.values('leftfold', 'events_per_s')), bench.others_cpu(memory)]])
    print('\n' + '\n'.join(f'{name}: {text}' for name, text in bench.notes.items()))
