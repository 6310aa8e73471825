# SPDX-License-Identifier: Apache-2.0
"""One burst of the Python package `eventsourcing`: python_eventsourcing.py OP '{"option": value}'; prints figures as JSON.

append, fill, stream and scan use its SQLite recorder without aggregates or transcoding: the fastest way it has to store
and to read 256-byte events. execute and latency use applications, as its documentation shows them.
"""
import json
import random
import resource
import sys
import threading
import time
import uuid

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

PAYLOAD = (b'{"product_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","quantity":2,"note":"' + b'x' * 256)[:254] + b'"}'
TOPIC = 'shop.cart:CartItemAdded'


def quantile(samples, share):
    samples.sort()
    return samples[min(len(samples) - 1, int(share * len(samples)))] if samples else 0


def open_recorder(file, threads=1):
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(db_name=file, pool_size=threads, max_overflow=threads))
    recorder.create_table()
    return recorder


def stream_id(number):
    return uuid.UUID(int=random.Random(number).getrandbits(128))


def append(file, threads, batch, seconds, warm_up, streams=1000):
    recorder = open_recorder(file, threads)
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    counts, latencies = [0] * threads, [[] for _ in range(threads)]

    def write(me):
        mine = [(uuid.uuid4(), [0]) for _ in range(streams)]
        at = 0
        while (started := time.perf_counter()) < end:
            name, version = mine[at % streams]
            at += 1
            recorder.insert_events([StoredEvent(name, version[0] + i, TOPIC, PAYLOAD) for i in range(batch)])
            version[0] += batch
            if started >= begin:
                counts[me] += batch
                latencies[me].append((time.perf_counter() - started) * 1e6)

    cpu = [0.0]

    def watch():
        time.sleep(max(0, begin - time.perf_counter()))
        cpu[0] = time.process_time()

    workers = [threading.Thread(target=write, args=(i,)) for i in range(threads)] + [threading.Thread(target=watch)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = [x for each in latencies for x in each]
    return {'events_per_s': sum(counts) / (time.perf_counter() - begin),
            'cpu_us_per_event': (time.process_time() - cpu[0]) * 1e6 / max(1, sum(counts)),
            'p50_us': quantile(everything, 0.5), 'p99_us': quantile(everything, 0.99)}


def fill(file, layout, streams=10_000, events=100):
    recorder = open_recorder(file)
    if (recorder.max_notification_id() or 0) == streams * events:
        return {}
    run = 1 if layout == 'interleaved' else 10
    order = [i % streams for i in range(streams * events // run)]
    random.Random(1).shuffle(order)
    names, versions, chunk = [stream_id(i) for i in range(streams)], [0] * streams, []
    for stream in order:
        for _ in range(run):
            chunk.append(StoredEvent(names[stream], versions[stream], TOPIC, PAYLOAD))
            versions[stream] += 1
        if len(chunk) >= 5000:
            recorder.insert_events(chunk)
            chunk = []
    recorder.insert_events(chunk) if chunk else None
    return {}


def read(file, op, readers, seconds, streams=10_000, events=100):
    recorder = open_recorder(file, readers)
    begin = time.perf_counter()
    end = begin + seconds
    counts, latencies = [0] * readers, []

    def work(me):
        after, dice = 0, random.Random(me)
        started = time.perf_counter()
        while started < end:
            if op == 'scan':
                page = recorder.select_notifications(after, 1000, inclusive_of_start=False)
                after = page[-1].id if page else 0
            else:
                page = recorder.select_events(stream_id(dice.randrange(streams)))
                assert len(page) == events
            counts[me] += len(page)
            now = time.perf_counter()
            latencies.append((now - started) * 1e6)
            started = now

    cpu = time.process_time()
    workers = [threading.Thread(target=work, args=(i,)) for i in range(readers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {'events_per_s': sum(counts) / (time.perf_counter() - begin),
            'cpu_us_per_event': (time.process_time() - cpu) * 1e6 / max(1, sum(counts)),
            'p50_us': quantile(latencies, 0.5), 'p99_us': quantile(latencies, 0.99)}


def make_cart_class():
    from eventsourcing.domain import Aggregate, event

    class Cart(Aggregate):
        @event('Opened')
        def __init__(self):
            self.items = {}

        @event('ItemAdded')
        def add_item(self, product_id, quantity, price, tags, nested):
            self.items[product_id] = self.items.get(product_id, 0) + quantity

    globals()['Cart'] = Cart  # the package finds event classes by module and name
    Cart.__qualname__ = 'Cart'
    for name in ('Opened', 'ItemAdded'):
        getattr(Cart, name).__qualname__ = 'Cart.' + name
    return Cart


def item(number):
    return (f'7c9e6679-7425-40de-944b-{100_000_000_000 + number}', 2, 19.99, ['garden', 'outdoor', 'sale-2026'],
            {'a': 42, 'b': 'a note of the customer'})


def execute(loaded, seconds):
    """Load, decide, save in memory, thread CPU time. `loaded` counts the event that opens the cart."""
    from eventsourcing.application import Application
    cart_class = make_cart_class()
    app = Application()
    totals, loads = [], []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        ids = []
        for _ in range(64 if loaded else 0):
            cart = cart_class()
            for i in range(loaded - 1):
                cart.add_item(*item(i))
            app.save(cart)
            ids.append(cart.id)
        begin = time.thread_time()
        for name in ids:
            app.repository.get(name)
        loads.append((time.thread_time() - begin) / 64 * 1e6)
        begin = time.thread_time()
        for name in ids or range(64):
            cart = app.repository.get(name) if loaded else cart_class()
            cart.add_item(*item(1_000_000))
            app.save(cart)
        totals.append((time.thread_time() - begin) / 64 * 1e6)
        app = Application()
    return {'execute_us': quantile(totals, 0.5), 'load_us': quantile(loads, 0.5)}


def latency(file, rate, seconds, warm_up):
    """From save() to the policy of a follower that a MultiThreadedRunner runs, both on SQLite."""
    from eventsourcing.application import Application
    from eventsourcing.system import MultiThreadedRunner, ProcessApplication, System
    cart_class = make_cart_class()
    arrivals = []
    measure_from = [0.0]

    class Shop(Application):
        pass

    class Handler(ProcessApplication):
        def policy(self, domain_event, processing_event):
            sent = getattr(domain_event, 'price', None)
            if sent is not None and sent >= measure_from[0]:
                arrivals.append((time.perf_counter() - sent) * 1e3)

    env = {'PERSISTENCE_MODULE': 'eventsourcing.sqlite', 'SHOP_SQLITE_DBNAME': file, 'HANDLER_SQLITE_DBNAME': file + '.h'}
    with MultiThreadedRunner(System(pipes=[[Shop, Handler]]), env) as runner:
        shop = runner.get(Shop)
        begin = time.perf_counter()
        measure_from[0] = begin + warm_up
        count = int((warm_up + seconds) * rate)
        cart = cart_class()
        for i in range(count):
            time.sleep(max(0, begin + i / rate - time.perf_counter()))
            if i % 50 == 0:
                cart = cart_class()
            cart.add_item(f'7c9e6679-{i}', 2, time.perf_counter(), ['x' * 120], {})
            shop.save(cart)
        time.sleep(0.5)
    return {'p50_ms': quantile(arrivals, 0.5), 'p99_ms': quantile(arrivals, 0.99), 'p999_ms': quantile(arrivals, 0.999),
            'events': len(arrivals)}


def memory(file, events):
    """Appends in hundreds and reads everything back in pages, as a reader that follows would."""
    recorder = open_recorder(file)
    marks, seen, figures = [events // 10, events // 2, events], 0, {}
    names, serial = [uuid.uuid4() for _ in range(10_000)], 0
    begin = time.perf_counter()
    while marks:
        recorder.insert_events([StoredEvent(names[(serial + i) % 10_000], (serial + i) // 10_000, TOPIC, PAYLOAD)
                                for i in range(100)])
        serial += 100
        seen += len(recorder.select_notifications(seen, 100, inclusive_of_start=False))
        if seen >= marks[0]:
            name = ('tenth', 'half', 'all')[3 - len(marks)]
            figures[f'private_{name}_mb'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            marks.pop(0)
    return figures | {'seconds': time.perf_counter() - begin}


if __name__ == '__main__':
    ops = {'append': append, 'fill': fill, 'read': read, 'execute': execute, 'latency': latency, 'memory': memory}
    print(json.dumps(ops[sys.argv[1]](**json.loads(sys.argv[2]))), flush=True)
