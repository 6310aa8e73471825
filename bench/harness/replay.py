"""Replay: all events of a file through projectors, against a bare scan of the same file in the same round."""
import os
from functools import partial

from harness import table
from harness.rounds import Row

EVENTS_A_STREAM = 100
AIM, MOST_MB = 0.5, 200


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
    return [Row(label, {
        'leftfold': bench.ours('replay', op='replay', projector=projector, threads=threads, file=file),
        'raw': bench.ours('replay', op='scan', threads=1, file=file),
        'raw_parallel': bench.ours('replay', op='scan', threads=threads, file=file)}, aim,
        prepare=partial(bench.warm, [file])) for label, projector, threads, aim in shapes]


def show(bench, found):
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
