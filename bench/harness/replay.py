# SPDX-License-Identifier: Apache-2.0
"""Replay: all events of a file through projectors, against a bare scan of the same file in the same round; and a long load."""
import os
from functools import partial

from harness import table
from harness.rounds import Row

EVENTS_A_STREAM = 100
AIM, MOST_MB = 0.5, 200
LOADED, BEHIND = 10_000, 10  # events of one aggregate, and how many its snapshot is behind


def events():
    """10M, or what LEFTFOLD_BENCH_REPLAY_EVENTS says."""
    return int(os.environ.get('LEFTFOLD_BENCH_REPLAY_EVENTS', '10000000'))


def rows(bench):
    file = bench.data / f'replay-{events()}.db'
    bench.prepare([bench.ours('read', op='fill', layout='bursts', file=file, streams=events() // EVENTS_A_STREAM,
                              events=EVENTS_A_STREAM)])
    most = os.cpu_count() or 1
    shapes = [(f'no-op, {n} thread{"s" * (n > 1)}', 'noop', n, AIM) for n in sorted({1, most})]
    shapes += [(f'no-op, const, {n} thread{"s" * (n > 1)}', 'parallel', n, AIM) for n in sorted({1, 2, most})]
    shapes += [('SQLite table in its own file', 'sqlite', most, None)]
    one = bench.data / 'load.db'
    bench.prepare([bench.ours('load', op='fill', file=one, events=LOADED, behind=BEHIND)])
    loads = {name: bench.ours('load', op='load', file=one, events=LOADED, snapshots=answer, seconds=bench.seconds)
             for name, answer in (('snapshot', 'yes'), ('without', 'no'))}
    return [Row(f'load of {LOADED} events, the snapshot {BEHIND} behind', loads)] + [Row(label, {
        'leftfold': bench.ours('replay', op='replay', projector=projector, threads=threads, file=file),
        'raw': bench.ours('replay', op='scan', threads=1, file=file),
        'raw_parallel': bench.ours('replay', op='scan', threads=threads, file=file)}, aim,
        prepare=partial(bench.warm, [file])) for label, projector, threads, aim in shapes]


def show(bench, found):
    load, *found = found
    table.show('load: microseconds of Repository::load, p50 / p99, and of CPU',
               ['aggregate', 'with a snapshot', 'without', 'times as fast', 'CPU us', 'CPU us without', bench.OTHERS],
               [[load.label, *(' / '.join(table.number(load.median(name, f'{p}_us')) for p in ('p50', 'p99')) for name in ('snapshot', 'without')),
                 table.times(load.ratio('loads_per_s', 'snapshot', 'without')),
                 *(table.number(load.median(name, 'cpu_us_per_load')) for name in ('snapshot', 'without')), bench.others_cpu(load)]])
    lines = []
    for row in found:
        ratio = row.ratio('events_per_s', 'leftfold', 'raw')
        memory = row.median('leftfold', 'private_mb')
        lines.append([row.label, table.span(row.values('leftfold', 'events_per_s')),
                      table.span(row.values('raw', 'events_per_s')), table.times(ratio), table.verdict(ratio, row.aim),
                      table.span(row.values('raw_parallel', 'events_per_s')),
                      table.number(row.median('leftfold', 'cpu_us_per_event')), table.number(memory),
                      table.verdict(memory, MOST_MB, at_least=False), bench.others_cpu(row)])
    table.show(f'replay: events a second, {events() // 1_000_000 or events() / 1e6}M events of 256 bytes; limit: read_all of the '
               'same file by one thread',
               ['projector', 'leftfold', 'bare scan', 'of scan', 'aim', 'scan by as many threads', 'CPU us', 'MB', 'aim (MB)',
                bench.OTHERS], lines)
