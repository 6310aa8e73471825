# SPDX-License-Identifier: Apache-2.0
"""bench/run dynamodb: the store's client beside wrk and AWS's SDKs, against a server and against a stub."""
import os
from functools import partial
from pathlib import Path

from harness import table
from harness.dynamodb_servers import start_dynoxide, start_stub
from harness.rounds import Burst, Row
from harness.sdk_peers import SdkPeers

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE, FILLED_TABLE = 'leftfold-bench', 'leftfold-bench-filled'
STREAMS, EVENTS = 1000, 10  # of the table that is read
ANSWER_KB = 6.3  # what a load gets: EVENTS events of 256 bytes in DynamoDB's JSON
AIMS = {'server': 0.9, 'stub': 0.45}  # of wrk
CPU_AIM = 15  # times less than Node's SDK
CONTENDERS = ('leftfold', 'wrk', 'node', 'python')


def make_row(bench, peers, server, op, threads):
    name = TABLE if op == 'append' else FILLED_TABLE
    where = {'endpoint': server.endpoint, 'table': name}
    streams = {} if op == 'append' else {'streams': STREAMS, 'events': EVENTS}
    script = bench.data / f'dynamodb-{server.name}-{op}.lua'
    Burst(bench.ours('dynamodb', op=op, script=script, **where, **streams))
    shape = {**where, **streams, 'seconds': bench.seconds}
    wrk = ['wrk', '-t', min(threads, os.cpu_count()), '-c', threads, '-d', f'{max(1, round(bench.seconds))}s', '-s', script,
           server.endpoint]
    return Row(f'{server.name}, {op}, {threads} thread{"s" * (threads > 1)}', {
        'leftfold': bench.ours('dynamodb', op=op, threads=threads, **shape),
        'wrk': [str(word) for word in wrk],
        'node': peers.command('node', op, in_flight=threads, warm_up=1, **shape),
        'python': peers.command('python', op, in_flight=threads, warm_up=0.3, **shape)},
        AIMS[server.name], set_up=partial(server.renew, TABLE) if op == 'append' else None, servers=[server.pid])


def rows(bench):
    bench.clear_proxies()
    peers = SdkPeers(ROOT, wanted=bench.wants_peers)
    dynoxide, missing = start_dynoxide(ROOT, bench.on_exit)
    bench.notes |= peers.describe() | {'server': missing or 'dynoxide, data in memory'}
    made = []
    for server in filter(None, (dynoxide, start_stub(bench.programs / 'bench_instant_stub', bench.on_exit))):
        if server.keeps:
            for name in (TABLE, FILLED_TABLE):
                server.renew(name)
                bench.on_exit.callback(server.drop, name)
            bench.prepare([bench.ours('dynamodb', op='fill', endpoint=server.endpoint, table=FILLED_TABLE,
                                      streams=STREAMS, events=EVENTS)])
        made += [make_row(bench, peers, server, op, threads) for op in ('append', 'load') for threads in (1, 8, 32)]
    return made


def show(bench, made):
    lines = []
    for row in made:
        ratio = row.ratio('requests_per_s', 'leftfold', 'wrk')
        lines.append([row.label, *(table.span(row.values(name, 'requests_per_s')) for name in CONTENDERS[:2]), table.times(ratio),
                      table.verdict(ratio, row.aim), *(table.number(row.median(name, 'requests_per_s')) for name in CONTENDERS[2:]),
                      *(table.times(row.ratio('requests_per_s', 'leftfold', name)) for name in CONTENDERS[2:]),
                      bench.others_cpu(row)])
    table.show('dynamodb: requests a second, one connection a thread; append: PutItem of a 256-byte event, load: Query of '
               f'{EVENTS} events, {ANSWER_KB} KB of JSON that wrk does not decode',
               ['against', 'leftfold', 'wrk', 'of wrk', 'aim', 'Node', 'Python', 'x Node', 'x Python', bench.OTHERS], lines)
    lines = []
    for row in made:
        times = []
        for name in CONTENDERS:
            p50, p99 = row.median(name, 'p50_us'), row.median(name, 'p99_us')
            times.append('-' if p50 is None else f'{table.number(p50)} / {table.number(p99)}')
        less = row.ratio('cpu_us_per_request', 'node', 'leftfold')
        lines.append([row.label, *times, *(table.number(row.median(name, 'cpu_us_per_request')) for name in CONTENDERS),
                      table.times(less), table.verdict(less, CPU_AIM)])
    table.show('dynamodb: microseconds one request takes, p50 / p99, and CPU microseconds of the client\'s process a request',
               ['against', *CONTENDERS, *(f'{name} CPU' for name in CONTENDERS), 'node CPU / ours', 'aim'], lines)
    print('\n' + '\n'.join(f'{name}: {text}' for name, text in bench.notes.items()))
