# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: rows to run, and the table to print of each."""
import os
from contextlib import ExitStack
from functools import partial

from harness import dynamodb, kafka, publisher, replay, shop, table
from harness.rounds import Burst, Row, progress


OTHERS = "others' CPU med/max, rounds counted"


class Bench:
    """Where programs and data are, what was asked for, and what ends with the run."""
    OTHERS = OTHERS

    def __init__(self, programs, data, peer, seconds, wants_peers=True):
        self.programs, self.data, self.peer, self.seconds, self.wants_peers = programs, data, peer, seconds, wants_peers
        self.on_exit = ExitStack()
        self.notes = {}  # what a benchmark was measured with, by name
        data.mkdir(parents=True, exist_ok=True)

    def ours(self, program, **options):
        words = [self.programs / f'bench_{program}']
        for name, value in options.items():
            words += [f'--{name.replace("_", "-")}', str(value)]
        return [str(word) for word in words]

    def clear_proxies(self):
        """Servers of this machine are reached directly, whatever the environment says of proxies."""
        os.environ['NO_PROXY'] = os.environ['no_proxy'] = '127.0.0.1'

    def fresh(self):
        """A file for stores that start empty, and how to delete all that lies around it."""
        file = self.data / 'fresh.db'

        def clean_up():
            for path in self.data.glob('fresh.db*'):
                path.unlink()
        clean_up()
        return file, clean_up

    def prepare(self, commands):
        """Runs what fills the files that are only read; it does nothing when they are full already."""
        for command in filter(None, commands):
            progress(f'== filling files to read in {self.data}')
            Burst(command)

    def warm(self, files):
        """Reads the files once, so that they are in the page cache."""
        for file in files:
            if file.exists():
                with file.open('rb') as data:
                    while data.read(1 << 20):
                        pass

    def others_cpu(self, row):
        typical, most = row.noise()
        return f'{typical:.0%}/{most:.0%} {len(row.counted())} of {len(row.rounds)}'


def append_rows(bench):
    file, clean_up = bench.fresh()
    raw = bench.data / 'raw.log'
    rows = [Row('bare 4 KB fdatasync, 1 thread',
                {'raw': bench.ours('append', engine='fdatasync', file=bench.data / 'sync.log', seconds=bench.seconds)})]
    shapes = [('1 writer', 1, 1, 0, 0.85), ('4 writers', 4, 1, 0, None), ('16 writers', 16, 1, 0, 0.5),
              ('64 writers', 64, 1, 0, None), ('1 writer, batches of 10', 1, 10, 0, None),
              ('1 writer, batches of 100', 1, 100, 0, None), ('4 x 2000 in flight', 4, 1, 2000, 0.33)]
    for label, threads, batch, in_flight, aim in shapes:
        shape = {'threads': threads, 'batch': batch, 'in_flight': in_flight, 'seconds': bench.seconds}
        has_peer = in_flight == 0 and threads <= 4
        rows.append(Row(label, {
            'leftfold': bench.ours('append', engine='leftfold', file=file, **shape),
            'raw': bench.ours('append', engine='raw', file=raw, **shape),
            'peer': bench.peer.command('append', file=str(file), threads=threads, batch=batch, seconds=bench.seconds,
                                       warm_up=0.3) if has_peer else None}, aim, clean_up))
    return rows


def show_append(bench, rows):
    lines = []
    for row in rows:
        ratio = row.ratio('events_per_s', 'leftfold', 'raw')
        lines.append([row.label, table.span(row.values('leftfold', 'events_per_s')),
                      table.span(row.values('raw', 'events_per_s')), table.times(ratio), table.verdict(ratio, row.aim or None),
                      table.span(row.values('peer', 'events_per_s')),
                      table.times(row.ratio('events_per_s', 'leftfold', 'peer')), bench.others_cpu(row)])
    table.show('append: durable events a second, 256-byte payload, empty file; median (min-max)',
               ['load', 'leftfold', 'raw limit', 'of raw', 'aim', 'peer', 'x peer', OTHERS], lines)
    lines = []
    for row in rows:
        if 'leftfold' in row.commands:
            cells = [row.label]
            for contender in ('leftfold', 'raw', 'peer'):
                p50, p99 = row.median(contender, 'p50_us'), row.median(contender, 'p99_us')
                cells.append('-' if not p50 else f'{table.number(p50)} / {table.number(p99)}')
            lines.append(cells + [table.number(row.median('leftfold', 'cpu_us_per_event')),
                                  table.number(row.median('raw', 'cpu_us_per_event'))])
    table.show('append: microseconds one call takes, p50 / p99, and CPU microseconds an event',
               ['load', 'leftfold', 'raw limit', 'peer', 'leftfold CPU', 'raw CPU'], lines)


def read_rows(bench):
    rows = []
    for layout in ('interleaved', 'bursts'):
        file, peer_file = bench.data / f'read-{layout}.db', bench.data / f'peer-{layout}.db'
        bench.prepare([bench.ours('read', op='fill', layout=layout, file=file),
                       bench.peer.command('fill', file=str(peer_file), layout=layout)])
        shapes = [(f'streams of 100, {layout}, {n} reader{"s" * (n > 1)}', 'stream', n) for n in (1, 4)]
        if layout == 'interleaved':
            shapes += [(f'all 1M in order, {n} reader{"s" * (n > 1)}', 'scan', n) for n in (1, 4)]
        for label, op, readers in shapes:
            shape = {'op': op, 'readers': readers, 'seconds': bench.seconds}
            rows.append(Row(label, {
                'leftfold': bench.ours('read', engine='leftfold', file=file, **shape),
                'raw': bench.ours('read', engine='sqlite', file=file, **shape),
                'peer': bench.peer.command('read', file=str(peer_file), **shape)}, 1e6 if readers == 1 else None,
                prepare=partial(bench.warm, [file, peer_file])))
    return rows


def show_read(bench, rows):
    lines = []
    for row in rows:
        ours = row.median('leftfold', 'events_per_s')
        lines.append([row.label, table.span(row.values('leftfold', 'events_per_s')),
                      table.span(row.values('raw', 'events_per_s')),
                      table.times(row.ratio('events_per_s', 'leftfold', 'raw')),
                      '' if row.aim is None else f'>= 1M/s {"met" if ours >= row.aim else "MISSED"}',
                      table.span(row.values('peer', 'events_per_s')),
                      table.times(row.ratio('events_per_s', 'leftfold', 'peer')),
                      f'{table.number(row.median("leftfold", "p50_us"))} / {table.number(row.median("raw", "p50_us"))}',
                      table.times(row.ratio('cpu_us_per_event', 'leftfold', 'raw')), bench.others_cpu(row)])
    table.show('read: events a second, all readers, 1M events in 10,000 streams, page cache warm; limit: SQLite C API by hand',
               ['what', 'leftfold', 'SQLite by hand', 'of limit', 'aim', 'peer', 'x peer', 'p50 us a call', 'CPU x by hand', OTHERS], lines)


def execute_rows(bench):
    return [Row(f'{loaded} events loaded', {
        'leftfold': bench.ours('execute', engine='leftfold', loaded=loaded, seconds=bench.seconds),
        'raw': bench.ours('execute', engine='hand', loaded=loaded, seconds=bench.seconds),
        'peer': bench.peer.command('execute', loaded=loaded, seconds=bench.seconds)}, 10 if loaded == 10 else None)
        for loaded in (0, 10, 100)]


def show_execute(bench, rows):
    lines = []
    for row in rows:
        ours = row.median('leftfold', 'execute_us')
        parts = ' + '.join(table.number(row.median('leftfold', part)) for part in ('load_us', 'decide_us', 'append_us'))
        lines.append([row.label, table.span(row.values('leftfold', 'execute_us')), parts,
                      table.span(row.values('raw', 'execute_us')), table.times(row.ratio('execute_us', 'leftfold', 'raw')),
                      table.verdict(ours, row.aim, at_least=False), table.span(row.values('peer', 'execute_us')),
                      table.times(row.ratio('execute_us', 'peer', 'leftfold')), bench.others_cpu(row)])
    table.show('execute: CPU microseconds a command on a store that costs nothing, 190-byte events',
               ['aggregate', 'leftfold', 'load + decide + append', 'by hand (simdjson)', 'x by hand', 'aim', 'peer in memory',
                'peer / ours', OTHERS], lines)


def latency_rows(bench):
    rows = []
    for rate in (200, 2000):
        for handler in ('listener', 'projector'):
            for writer in ('same', 'other'):
                file, clean_up = bench.fresh()
                with_peer = writer == 'same' and handler == 'projector' and rate == 200
                rows.append(Row(f'{rate}/s, {handler}, writer in {writer} process', {
                    'leftfold': bench.ours('latency', handler=handler, writer=writer, rate=rate, file=file,
                                           seconds=max(2, bench.seconds)),
                    'peer': bench.peer.command('latency', file=str(file), rate=rate, seconds=max(2, bench.seconds),
                                               warm_up=0.5) if with_peer else None}, 5, clean_up))
    return rows


def show_latency(bench, rows):
    def three(row, contender, prefix=''):
        values = [row.median(contender, f'{prefix}{p}_ms') for p in ('p50', 'p99', 'p999')]
        return '-' if values[0] is None else ' / '.join(table.number(v) for v in values)
    lines = [[row.label, three(row, 'leftfold'), three(row, 'leftfold', 'append_'),
              table.times(row.ratio_of('leftfold', 'p99_ms', 'append_p99_ms')),
              table.verdict(row.median('leftfold', 'p99_ms'), row.aim, at_least=False), three(row, 'peer'),
              table.times(row.ratio('p99_ms', 'peer', 'leftfold')), bench.others_cpu(row)] for row in rows]
    table.show('latency: milliseconds from append() to the handler, p50 / p99 / p99.9; limit: append() alone, it returns once durable',
               ['load', 'leftfold', 'append alone', 'p99 x append', 'aim (p99)', 'peer', 'peer / ours', OTHERS], lines)


def memory_rows(bench):
    file, clean_up = bench.fresh()
    return [Row('1M events appended and handled', {
        'leftfold': bench.ours('memory', events=1_000_000, file=file),
        'peer': bench.peer.command('memory', file=str(file), events=200_000)}, 1.2, clean_up)]


def show_memory(bench, rows):
    row = rows[0]
    lines = []
    for contender, name in (('leftfold', 'leftfold, 100k / 500k / 1M'), ('peer', 'peer, 20k / 100k / 200k')):
        if contender not in row.commands:
            continue
        growth = row.ratio_of(contender, 'private_all_mb', 'private_tenth_mb')
        lines.append([name] + [table.number(row.median(contender, f'private_{mark}_mb')) for mark in ('tenth', 'half', 'all')] +
                     [table.times(growth), table.verdict(growth, row.aim, at_least=False) if contender == 'leftfold' else '',
                      ' / '.join(table.number(row.median(contender, f'mapped_{mark}_mb')) for mark in ('tenth', 'half', 'all')),
                      bench.others_cpu(row)])
    table.show('memory: peak MB of the process while events are appended and handled (peer: its whole resident size)',
               ['process', 'a tenth', 'half', 'all', 'all / a tenth', 'aim', 'pages of the file mapped', OTHERS], lines)


def failures_rows(bench):
    file = bench.data / 'failures.db'
    bench.prepare([bench.ours('failures', op='fill', file=file)])
    # The last one has no aim: it shows what parking costs, without what waiting for a retry costs.
    return [Row(label, {'leftfold': bench.ours('failures', mode=mode, attempts=attempts, file=file),
                        'raw': bench.ours('failures', mode='none', file=file)}, aim, prepare=partial(bench.warm, [file]))
            for label, mode, attempts, aim in (('1 % of the events fail once', 'transient', 6, 0.9),
                                               ('1 of 1000 aggregates is poison', 'poison', 6, 0.9),
                                               ('the same, parked at the first failure', 'poison', 1, None))]


def show_failures(bench, rows):
    lines = []
    for row in rows:
        ratio = row.ratio('events_per_s', 'leftfold', 'raw')
        lines.append([row.label, table.span(row.values('leftfold', 'events_per_s')),
                      table.span(row.values('raw', 'events_per_s')), table.times(ratio), table.verdict(ratio, row.aim),
                      table.number(row.median('leftfold', 'parked')), table.times(row.ratio('cpu_us_per_event', 'leftfold', 'raw')),
                      bench.others_cpu(row)])
    table.show('failures: events a second through a Listener, 1M events of 1,000 aggregates, 30 in flight; limit: the same without failures',
               ['what', 'leftfold', 'no failures', 'of no failures', 'aim', 'parked', 'CPU x no failures', OTHERS], lines)


SUITE = {'append': (append_rows, show_append), 'read': (read_rows, show_read), 'execute': (execute_rows, show_execute),
         'latency': (latency_rows, show_latency), 'memory': (memory_rows, show_memory),
         'failures': (failures_rows, show_failures), 'dynamodb': (dynamodb.rows, dynamodb.show),
         'kafka': (kafka.rows, kafka.show), 'publisher': (publisher.rows, publisher.show),
         'replay': (replay.rows, replay.show), 'shop': (shop.rows, shop.show)}
WITH_PEER = {'append', 'read', 'execute', 'latency', 'memory'}
