# SPDX-License-Identifier: Apache-2.0
"""The cart service as its clients meet it: shop_service_test.py SHOP, the program. Its store is a SQLite file."""
import gzip
import http.client
import http.server
import json
import pathlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

LIMIT = 60  # seconds for any one wait: only a test that fails gets there
SHOP = str(pathlib.Path(sys.argv[1]).resolve())


class Service:
    def __init__(self, folder, port=0):
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith('LEFTFOLD_')}
        self.folder = folder
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([SHOP, 'serve', '--port', str(port)], cwd=folder, env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.said()
        self.port = int(self.url.rsplit(':', 1)[1])

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(LIMIT)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LIMIT)
        self.process.stdout.close()
        self.log.close()

    def ask(self, method, path, body=None, key=None, headers=None):
        """Returns status, headers and the JSON of the answer."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=LIMIT)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            connection.request(method, path, body, {**({'Idempotency-Key': key} if key is not None else {}), **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
        finally:
            connection.close()

    def run(self, *words):
        return subprocess.run([SHOP, *words], cwd=self.folder, env=self.environment, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class ShopService(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.service = Service(self.folder)
        self.addCleanup(self.service.close)

    def ask(self, *words, **more):
        return self.service.ask(*words, **more)

    def refused(self, status, says, *words, **more):
        """Expects an error of this status whose message has these words; returns its headers."""
        got, headers, body = self.ask(*words, **more)
        self.assertEqual(got, status, body)
        self.assertIn(says, body['error']['message'])
        self.assertEqual(headers['Content-Type'], 'application/json')
        return headers

    def add(self, cart, product, quantity=1, key=None):
        status, _, body = self.ask('POST', f'/carts/{cart}/items', {'product_id': product, 'quantity': quantity}, key=key)
        self.assertEqual(status, 200, body)
        return body

    def test_a_cart_is_filled_emptied_and_checked_out(self):
        self.assertEqual(self.add('c-1', 'apple', 3), {'cart': 'c-1', 'version': 0, 'repeated': False})
        self.assertEqual(self.ask('POST', '/carts/c-1/items', {'product_id': 'pear'})[0], 200)  # one
        self.assertEqual(self.ask('POST', '/carts/c-1/removals', {'product_id': 'apple', 'quantity': 1})[0], 200)
        self.assertEqual(self.ask('POST', '/carts/c-1/checkout')[0], 200)
        self.assertEqual(self.ask('GET', '/carts/c-1')[2], {'cart': 'c-1', 'version': 3, 'items': {'apple': 2, 'pear': 1},
                                                           'quantity': 3, 'checked_out': True})
        self.assertEqual(self.ask('POST', '/carts/c-1/checkout', {})[0], 200)  # changes nothing
        self.assertEqual(self.ask('GET', '/carts/c-1')[2]['version'], 3)

    def test_a_key_makes_a_command_happen_once(self):
        self.assertFalse(self.add('c-1', 'apple', 2, key='k-1')['repeated'])
        self.assertTrue(self.add('c-1', 'apple', 2, key='k-1')['repeated'])
        self.assertFalse(self.add('c-1', 'apple', 2, key='k-2')['repeated'])
        self.assertEqual(self.ask('GET', '/carts/c-1')[2]['items'], {'apple': 4})

    def test_a_key_of_another_command_of_the_cart_is_refused_as_that_one_would_be_lost(self):
        self.add('c-1', 'apple', 2, key='k-1')
        for verb, body in (('items', {'product_id': 'pear', 'quantity': 2}), ('items', {'product_id': 'apple', 'quantity': 3}),
                           ('removals', {'product_id': 'apple', 'quantity': 2}), ('checkout', {})):
            with self.subTest(verb=verb, body=body):
                self.refused(422, 'Idempotency-Key was used for another command', 'POST', f'/carts/c-1/{verb}', body, key='k-1')
        self.assertFalse(self.add('c-2', 'pear', key='k-1')['repeated'])  # a key is of its cart
        self.assertEqual(self.ask('POST', '/carts/c-1/removals', {'product_id': 'apple'}, key='k-2')[0], 200)
        self.refused(422, 'Idempotency-Key', 'POST', '/carts/c-1/items', {'product_id': 'apple'}, key='k-2')
        for key in ('k-3', 'k-3', 'k-4', 'k-4'):  # the second one finds it checked out and stores nothing
            self.assertEqual(self.ask('POST', '/carts/c-1/checkout', key=key)[0], 200)
        self.refused(422, 'Idempotency-Key', 'POST', '/carts/c-1/items', {'product_id': 'apple'}, key='k-4')
        self.assertTrue(self.add('c-1', 'apple', 2, key='k-1')['repeated'])
        self.assertEqual(self.ask('GET', '/carts/c-1')[2]['items'], {'apple': 1})

    def test_no_cart_gets_into_the_way_of_a_simulation(self):
        self.add('simulation', 'apple')
        self.assertEqual(self.service.run('simulate', '--customers', '2').returncode, 0)
        self.assertEqual(self.ask('GET', '/carts/simulation')[2]['items'], {'apple': 1})

    def test_what_a_rule_refuses_is_a_conflict_with_the_reason(self):
        self.refused(409, 'c-1 is empty', 'POST', '/carts/c-1/checkout')
        self.add('c-1', 'apple')
        self.refused(409, 'does not hold 2 of apple', 'POST', '/carts/c-1/removals', {'product_id': 'apple', 'quantity': 2})
        for number in range(9):
            self.add('c-1', f'p-{number}')
        self.refused(409, 'c-1 is full', 'POST', '/carts/c-1/items', {'product_id': 'pear'})
        self.assertEqual(self.ask('POST', '/carts/c-1/checkout')[0], 200)
        self.refused(409, 'c-1 is checked out', 'POST', '/carts/c-1/items', {'product_id': 'apple'})

    def test_bodies_that_can_never_work_are_named(self):
        for body, says in (('', 'body: '), ('{', 'body: '), ('nothing', 'body: '), ('[1]', 'body: '), (b'\xff\xfe', 'body: '),
                           ('{"product_id":"apple"} {}', 'body: '), ('{"product_id":7}', 'product_id'),
                           ('{"product_id":"apple","product_id":"pear"}', 'product_id'),
                           ('{"quantity":2}', 'product_id is missing'), ('{"product_id":""}', 'product_id is 1 to 64'),
                           ('{"product_id":"' + 'a' * 65 + '"}', 'product_id is 1 to 64'),
                           ('{"product_id":"\\u00e9"}', 'product_id is 1 to 64'), ('{"product_id":"a\\u0000"}', 'product_id'),
                           ('{"product_id":"apple","quantity":0}', 'quantity is a number from 1 to 1000, not 0'),
                           ('{"product_id":"apple","quantity":-1}', 'quantity is a number'),
                           ('{"product_id":"apple","quantity":1001}', 'quantity is a number'),
                           ('{"product_id":"apple","quantity":1e30}', 'quantity'),
                           ('{"product_id":"apple","quantity":99999999999}', 'quantity'),
                           ('{"product_id":"apple","quantity":1.5}', 'quantity'),
                           ('{"product_id":"apple","quantity":"2"}', 'quantity'), ('[' * 5000, 'body: ')):
            with self.subTest(body=body[:60]):
                self.refused(400, says, 'POST', '/carts/c-1/items', body)
        self.refused(400, 'body: ', 'POST', '/carts/c-1/checkout', 'now')
        self.refused(413, 'at most 16384 bytes', 'POST', '/carts/c-1/items', 'a' * 20_000)
        self.refused(404, 'there is no cart c-1', 'GET', '/carts/c-1')  # nothing was stored

    def on_one_connection(self, *requests):
        """Sends each request, parts of bytes, after the answer to the one before; returns the answers."""
        answers = []
        with socket.create_connection(('127.0.0.1', self.service.port), timeout=LIMIT) as client:
            for parts in requests:
                for part in parts:
                    client.sendall(part)
                answers.append(b'')
                while not answers[-1].endswith(b'}'):
                    answers[-1] += client.recv(65536) or self.fail(answers)
        return answers

    def test_a_request_without_a_length_has_no_body(self):
        self.add('c-1', 'apple')  # as curl -X POST sends it; the connection stays open
        done, cart = self.on_one_connection([b'POST /carts/c-1/checkout HTTP/1.1\r\nHost: a\r\n\r\n'],
                                            [b'GET /carts/c-1 HTTP/1.1\r\nHost: a\r\n\r\n'])
        self.assertIn(b'HTTP/1.1 200 OK', done)
        self.assertIn(b'"checked_out":true', cart)

    def test_bodies_have_a_limit_however_they_come(self):
        chunk = b'%x\r\n' % 2**20 + b'a' * 2**20 + b'\r\n'
        head = b'POST /carts/c-1/items HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
        refused, fine = self.on_one_connection([head, *[chunk] * 64, b'0\r\n\r\n'], [b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'])
        self.assertIn(b'HTTP/1.1 413', refused)
        self.assertIn(b'{"status":"ok"}', fine)  # the request behind it is read as one
        packed = gzip.compress(b'a' * 2**22)
        self.refused(413, 'at most 16384 bytes', 'POST', '/carts/c-1/items', packed, headers={'Content-Encoding': 'gzip'})
        peak = int(re.search(r'VmHWM:\s+(\d+) kB', pathlib.Path(f'/proc/{self.service.process.pid}/status').read_text())[1])
        self.assertLess(peak, 48 * 1024)  # nothing of it was kept
        for headers in ({'Content-Type': 'application/x-www-form-urlencoded'}, {'Content-Type': 'application/xml'}):
            body = '{"product_id":"apple"}' + ' ' * 10_000  # as curl -d calls it
            self.assertEqual(self.ask('POST', '/carts/c-1/items', body, headers=headers)[0], 200)
        form = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n{}\r\n--b--\r\n'
        self.refused(400, 'body: ', 'POST', '/carts/c-1/items', form, headers={'Content-Type': 'multipart/form-data; boundary=b'})
        self.assertEqual(self.ask('POST', '/carts/c-2/items', iter([b'{"product_id":', b'"apple"}']))[0], 200)  # in chunks

    def test_addresses_methods_and_keys_that_can_never_work_are_named(self):
        for method, path, status, says in (
                ('GET', '/', 404, 'nothing is at this address'), ('GET', '//', 404, 'nothing'), ('GET', '/carts', 404, 'nothing'),
                ('POST', '/carts/c-1/wishes', 404, 'nothing'), ('GET', '/carts/c-1/items/1', 404, 'nothing'),
                ('GET', '/carts/', 400, "a cart's id is 1 to 64"), ('GET', '/carts/a%20b', 400, "a cart's id"),
                ('GET', '/carts/' + 'a' * 65, 400, "a cart's id"), ('POST', '/carts/%00/items', 400, "a cart's id"),
                ('GET', '/carts/%C3%A9', 400, "a cart's id"), ('POST', '/carts/c-1', 405, 'takes GET'),
                ('GET', '/carts/c-1/items', 405, 'takes POST'), ('DELETE', '/carts/c-1', 405, 'takes GET'),
                ('PUT', '/hot-products', 405, 'takes GET'), ('GET', '/carts/../carts', 404, '')):
            with self.subTest(path=path[:40]):
                headers = self.refused(status, says, method, path, '{}' if method != 'GET' else None)
                if status == 405:
                    self.assertIn(headers['Allow'], ('GET', 'POST'))
        self.assertGreaterEqual(self.ask('GET', '/carts/' + 'a' * 8_000)[0], 400)
        for key in ('a b', 'k' * 201, '\x80'):
            with self.subTest(key=key[:10]):
                self.refused(400, 'Idempotency-Key', 'POST', '/carts/c-1/items', {'product_id': 'apple'}, key=key)

    def test_what_is_no_http_harms_nobody(self):
        for text in (b'\x00\x01\x02\r\n\r\n', b'GET\r\n\r\n', b'POST /carts/c-1/items HTTP/1.1\r\nContent-Length: -5\r\n\r\n',
                     b'POST /carts/c-1/items HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{}', b'GET / HTTP/9.9\r\n\r\n',
                     b'GET / HTTP/1.1\r\n' + b'X: ' + b'a' * 100_000 + b'\r\n\r\n'):
            with socket.create_connection(('127.0.0.1', self.service.port), timeout=LIMIT) as client:
                try:
                    client.sendall(text)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
                except ConnectionError:
                    pass  # it may hang up at once
        self.assertEqual(self.ask('GET', '/healthz')[2], {'status': 'ok'})

    def test_a_store_that_does_not_answer_is_asked_again_with_the_same_key(self):
        self.add('c-1', 'apple')
        other = sqlite3.connect(self.folder / 'shop.db', isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')  # nobody else can write
        got, headers, body = self.ask('POST', '/carts/c-1/items', {'product_id': 'apple'}, key='once')
        self.assertEqual(got, 503, body)
        self.assertEqual(headers['Retry-After'], '1')
        self.assertEqual(self.ask('GET', '/carts/c-1')[2]['quantity'], 1)  # reading goes on
        other.execute('ROLLBACK')
        self.add('c-1', 'apple', key='once')
        self.add('c-1', 'apple', key='once')
        self.assertEqual(self.ask('GET', '/carts/c-1')[2]['quantity'], 2)

    def test_customers_come_through_a_service_that_is_killed_and_nothing_is_done_twice(self):
        driven = subprocess.Popen([SHOP, 'drive', '--url', self.service.url, '--customers', '400', '--threads', '4', '--json',
                                   'yes'], cwd=self.folder, env=self.service.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while self.ask('GET', '/carts/cart-20')[0] != 200:  # asking again
            self.assertIsNone(driven.poll())
        self.service.process.kill()
        self.service.process.wait(LIMIT)
        again = Service(self.folder, self.service.port)
        self.addCleanup(again.close)
        output, errors = driven.communicate(timeout=LIMIT)
        self.assertEqual(driven.returncode, 0, errors)
        figures = json.loads(output)
        handlers = subprocess.Popen([SHOP, 'run'], cwd=self.folder, env=again.environment, stdin=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
        try:
            verified = again.run('verify', '--timeout', str(LIMIT))
        finally:
            handlers.send_signal(signal.SIGTERM)
            self.assertEqual(handlers.wait(LIMIT), 0)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn(f'a fold of all {figures["commands"]:,} events', verified.stdout)  # one event a command
        self.assertGreater(figures['again'], 0)
        self.assertEqual(len(again.ask('GET', '/hot-products')[2]['products']), 10)
        # A row that nobody made of events is found.
        with sqlite3.connect(self.folder / 'shop.db') as tables:
            tables.execute("UPDATE hot_products SET row = '{\"quantity\":1}' WHERE key = 'apple'")
        tables.close()
        wrong = again.run('verify', '--timeout', '5')
        self.assertEqual(wrong.returncode, 1, wrong.stdout + wrong.stderr)
        self.assertRegex(wrong.stdout, r'WRONG: (.|\n)*apple')

    def test_a_stop_lets_requests_in_flight_end(self):
        self.add('c-1', 'apple')
        other = sqlite3.connect(self.folder / 'shop.db', isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.ask('POST', '/carts/c-1/items', {'product_id': 'apple'})))
        with socket.create_connection(('127.0.0.1', self.service.port), timeout=LIMIT) as idle:
            idle.sendall(b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
            self.assertIn(b'200', idle.recv(65536))
            waiting.start()
            while self.threads_that_wait() == 0:  # asking again
                pass
            self.service.process.send_signal(signal.SIGTERM)
            other.execute('ROLLBACK')
            waiting.join(LIMIT)
            self.assertEqual(answers[0][0], 200, answers)
            self.assertEqual(self.service.process.wait(LIMIT), 0, self.service.said())

    def threads_that_wait(self):
        """How many connections the service has taken besides the idle one: a request is in flight."""
        wanted = f':{self.service.port:04X}'
        lines = pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:]
        return max(0, sum(line.split()[1].endswith(wanted) and line.split()[3] == '01' for line in lines) - 1)

    def test_a_taken_port_and_wrong_options_are_said(self):
        for words, code, says in ((('serve', '--port', str(self.service.port)), 5, 'cannot listen on 127.0.0.1'),
                                  (('serve', '--port', '70000'), 2, '--port is a number from 1 to 65535'),
                                  (('serve', '--host', '192.0.2.1', '--port', '1'), 5, 'cannot listen on 192.0.2.1'),
                                  (('serve', 'now'), 2, "serve takes no argument 'now'"),
                                  (('drive', '--url', 'ftp://a'), 2, '--url is http://HOST:PORT'),
                                  (('drive', '--url', 'http://127.0.0.1:1', '--patience', '1'), 5, 'does http://127.0.0.1:1 run?'),
                                  (('verify', '--timeout', 'long'), 2, '--timeout is a number')):
            with self.subTest(words=words):
                done = self.service.run(*words)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(says, done.stderr)

    def test_a_check_that_is_cut_short_says_so(self):
        self.add('c-1', 'apple')  # which nobody handles
        verifying = subprocess.Popen([SHOP, 'verify'], cwd=self.folder, env=self.service.environment, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn('waiting:', verifying.stderr.readline())
        verifying.send_signal(signal.SIGTERM)
        output, errors = verifying.communicate(timeout=LIMIT)
        self.assertEqual((verifying.returncode, output), (6, ''), errors)
        self.assertIn('stopped before the tables were verified', errors)

    def test_what_is_no_cart_service_is_named_and_a_long_pause_is_cut(self):
        class Other(http.server.BaseHTTPRequestHandler):
            status, seconds = 200, None

            def do_POST(self):
                self.rfile.read(int(self.headers['Content-Length'] or 0))
                self.send_response(self.status)
                if self.seconds:
                    self.send_header('Retry-After', self.seconds)
                self.send_header('Content-Length', '5')
                self.end_headers()
                self.wfile.write(b'hello')

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Other) as other:
            threading.Thread(target=other.serve_forever, daemon=True).start()
            url = f'http://127.0.0.1:{other.server_address[1]}'
            drive = ('drive', '--url', url, '--customers', '1', '--patience', '2')
            done = self.service.run(*drive)
            self.assertEqual(done.returncode, 7, done.stderr)
            self.assertIn(f'is {url} a cart service?', done.stderr)
            Other.status, Other.seconds = 503, '36000'
            done = self.service.run(*drive)
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertIn(f'does {url} run?', done.stderr)
            other.shutdown()

    def test_it_ends_in_order_and_has_said_nothing_but_its_address(self):
        self.add('c-1', 'apple')
        self.assertEqual(self.service.end(), 0)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
