# SPDX-License-Identifier: Apache-2.0
"""bench/run shop: the example's shop in one process on a file, and as services on DynamoDB and Kafka."""
import os
import signal
import subprocess

from harness import kafka, table
from harness.dynamodb_servers import FreshDynoxide, Server
from harness.rounds import Late, Row

THREADS, PROBES = 8, 100
EMBEDDED_CUSTOMERS, SERVED_CUSTOMERS = 10_000, 600  # dynoxide looks through its stream's records at each write
SERVICES = {'carts': ('serve', '--port', '0', '--threads', str(2 * THREADS)), 'publisher': ('publisher', 'run'),
            'projector': ('run', '--only', 'HotProducts'), 'listener': ('run', '--only', 'SendReceipt')}
EMBEDDED, SERVED = 'one process, one file', 'services, DynamoDB API and Kafka'


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith(('LEFTFOLD_', 'KAFKA_', 'DYNAMODB_'))}


class Services:
    """The shop's processes on fresh servers; they end with stop(), at the latest with `on_exit`."""

    def __init__(self, bench, broker, dynoxide, program):
        self._bench, self._broker, self._dynoxide, self._program = bench, broker, dynoxide, program
        self.processes, self.environment, self.url, self.runs = {}, {}, None, 0
        self.servers = [broker.pid]  # process ids that are no other load
        bench.on_exit.callback(self.stop)

    def start(self):
        self.stop()
        self._dynoxide.restart()
        self.runs += 1
        name = f'shop-bench-{os.getpid()}-{self.runs}'
        receipts = self._bench.data / f'{name}.receipts.db'
        self.environment = {**clean_environment(), 'LEFTFOLD_STORE': 'dynamodb:', 'LEFTFOLD_BROKER': 'kafka:',
                            'LEFTFOLD_LOG_LEVEL': 'warn', 'KAFKA_BROKERS': self._broker.address, 'KAFKA_EVENTS_TOPIC': name,
                            'KAFKA_GROUP_ID': name, 'DYNAMODB_LOCAL': 'true', 'DYNAMODB_URL': self._dynoxide.endpoint,
                            'EVENTSTORE_TABLE_NAME': name, 'SHOP_RECEIPTS': str(receipts)}
        for service, words in SERVICES.items():
            self.processes[service] = subprocess.Popen([self._program, *words], env=self.environment, stdin=subprocess.DEVNULL,
                                                       stdout=subprocess.PIPE if service == 'carts' else subprocess.DEVNULL, text=True)
            if service == 'carts':  # it makes the tables
                self.url = self.processes[service].stdout.readline().strip()
        os.environ.update(self.environment)  # bench_shop watches the same tables

    def command(self):
        """Starts them, and says what measures them."""
        self.start()
        self.servers[1:] = [*self._dynoxide.pids, *(process.pid for process in self.processes.values())]
        watched = ','.join(f'{name}:{process.pid}' for name, process in self.processes.items())
        return self._bench.ours('shop', op='services', url=self.url, customers=SERVED_CUSTOMERS, threads=THREADS, probes=PROBES, watch=watched)

    def store_alone(self):
        """Appends of the store without a service, on a server that is as fresh; its table has no stream."""
        self.stop()
        self._dynoxide.restart()
        Server('server', self._dynoxide.endpoint, self._dynoxide.pids[0], keeps=True).renew('leftfold-bench')
        self.servers[1:] = self._dynoxide.pids
        return self._bench.ours('dynamodb', op='append', endpoint=self._dynoxide.endpoint, table='leftfold-bench', threads=THREADS,
                                seconds=self._bench.seconds)

    def stop(self):
        del self.servers[1:]
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        for name in self.environment.keys() - clean_environment().keys():
            os.environ.pop(name, None)
        for path in self._bench.data.glob('shop-bench-*'):
            path.unlink()


def rows(bench):
    file, clean_up = bench.fresh()
    program = bench.programs.parent / 'examples' / 'shop'

    def embedded():
        return ['env', f'LEFTFOLD_STORE=sqlite:{file}', f'SHOP_RECEIPTS={file}.receipts',
                *bench.ours('shop', op='embedded', customers=EMBEDDED_CUSTOMERS, threads=THREADS, probes=PROBES)]
    made = [Row(EMBEDDED, {'leftfold': Late(embedded),
                           'limit': bench.ours('append', engine='raw', file=bench.data / 'raw.log', threads=THREADS, batch=1, in_flight=0,
                                               seconds=bench.seconds)}, None, clean_up)]
    broker = kafka.Broker(bench.data / 'kafka', bench.on_exit)
    dynoxide = None if broker.missing else FreshDynoxide(kafka.ROOT, bench.data / 'dynoxide', bench.on_exit)
    missing = broker.missing or dynoxide.missing
    bench.notes |= {'limits': 'appends and fdatasync with group commit on the same disk; an HTTP server of the same library that '
                              'answers nothing, and appends of the store alone on the same server with a DynamoDB API, to a table without a stream',
                    'servers': missing or 'one Apache Kafka broker, 12 partitions; dynoxide, which looks through all records of its streams at '
                                          'each write and read', 'peer': 'none: no other library has a program like it'}
    if missing:
        return made
    services = Services(bench, broker, dynoxide, program)
    return made + [Row(SERVED, {'leftfold': Late(services.command),
                                'store': Late(services.store_alone),
                                'limit': bench.ours('shop', op='bare', threads=THREADS, seconds=bench.seconds)}, None, services.stop,
                       servers=services.servers)]


def show(bench, made):
    def pair(row, name):
        values = [row.median('leftfold', f'{name}_{p}_ms') for p in ('p50', 'p99')]
        return ' / '.join(map(table.number, values))
    table.show(f'shop: commands a second by {THREADS} customers at a time, each durable before it is answered; handled: until every handler is done',
               ['shop', 'leftfold', 'handled', 'limit', 'of limit', 'store alone', 'of store', bench.OTHERS],
               [[row.label, table.span(row.values('leftfold', 'commands_per_s')), table.span(row.values('leftfold', 'handled_per_s')),
                 table.span(row.values('limit', 'commands_per_s') or row.values('limit', 'events_per_s')),
                 table.times(row.ratio('commands_per_s', 'leftfold', 'limit') or of_appends(row, 'limit', 'events_per_s')),
                 table.span(row.values('store', 'requests_per_s')), table.times(of_appends(row, 'store', 'requests_per_s')), bench.others_cpu(row)] for row in made])
    table.show('shop: milliseconds from a command until its answer, its row in the table, its receipt; one after another, p50 / p99',
               ['shop', 'answer', 'row there', 'answer to check-out', 'receipt there'],
               [[row.label, *(pair(row, name) for name in ('row_answer', 'row', 'receipt_answer', 'receipt'))] for row in made])
    processes = [(row, name) for row in made for name in (('shop',) if row.label == EMBEDDED else (*SERVICES, 'customers'))]
    table.show('shop: what each process used for all of it', ['process', 'MB resident', 'CPU s', 'commands'],
               [[f'{name}, {row.label}', table.number(row.median('leftfold', f'{name}_mb')), table.number(row.median('leftfold', f'{name}_cpu_s')),
                 table.number(row.median('leftfold', 'commands'))] for row, name in processes])
    print('\n' + '\n'.join(f'{name}: {text}' for name, text in bench.notes.items()))


def of_appends(row, contender, figure):
    ours, limit = row.median('leftfold', 'commands_per_s'), row.median(contender, figure)
    return ours / limit if ours and limit else None
