# SPDX-License-Identifier: Apache-2.0
"""What the DynamoDB store is measured against: a server with DynamoDB's API, and a stub that answers at once."""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request


HEADERS = {'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Date': '20260101T000000Z',
           'Authorization': 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, '
                            'SignedHeaders=host, Signature=0'}  # nobody checks it


class Server:
    """A running server: where it answers, its process, and whether it keeps what it is sent."""

    def __init__(self, name, endpoint, pid, keeps):
        self.name, self.endpoint, self.pid, self.keeps = name, endpoint, pid, keeps

    def renew(self, table):
        """Makes the store's tables of this name anew, and empty.

        Without a stream, which the store would give them: dynoxide keeps a stream's records when the table is gone, and
        the more there are, the longer takes every write.
        """
        self.drop(table)
        for name, *key in ((table, 'aggregateId', 'S', 'version', 'N'), (f'{table}Leftfold', 'k', 'S', 's', 'S')):
            self._call('CreateTable', {
                'TableName': name, 'BillingMode': 'PAY_PER_REQUEST',
                'AttributeDefinitions': [{'AttributeName': key[i], 'AttributeType': key[i + 1]} for i in (0, 2)],
                'KeySchema': [{'AttributeName': key[0], 'KeyType': 'HASH'}, {'AttributeName': key[2], 'KeyType': 'RANGE'}]})

    def drop(self, table):
        """Deletes the store's tables of this name, which need not be there."""
        for each in (table, f'{table}Leftfold'):
            self._call('DeleteTable', {'TableName': each}, but_for=b'ResourceNotFoundException')

    def _call(self, operation, body, but_for=None):
        if not self.keeps:
            return
        request = urllib.request.Request(self.endpoint, data=json.dumps(body).encode(),
                                         headers={**HEADERS, 'X-Amz-Target': f'DynamoDB_20120810.{operation}'})
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).close()
        except urllib.error.HTTPError as error:
            text = error.read()
            if but_for is None or but_for not in text:
                raise SystemExit(f'bench/run: {operation} at {self.endpoint}: {text.decode(errors="replace")}') from error


def _found(printed, state):
    """Where dynoxide answers, as scripts/services printed it, and its process id."""
    addresses = dict(line.split('=', 1) for line in printed.split())
    pid = (state / 'dynoxide.pid').read_text().split()[0]  # and when it started
    return addresses['LEFTFOLD_TEST_DYNOXIDE'], int(pid)


def start_dynoxide(root, on_exit):
    """dynoxide as scripts/services starts it, and why not (else None). It ends with `on_exit` unless it ran before."""
    services = root / 'scripts' / 'services'
    before = subprocess.run([services, 'status', 'dynamodb'], capture_output=True, text=True).stdout
    if 'http://' not in before:
        on_exit.callback(subprocess.run, [services, 'down', 'dynamodb'], stdout=subprocess.DEVNULL)
    up = subprocess.run([services, 'up', 'dynamodb', '--print-env'], stdout=subprocess.PIPE, text=True)
    if up.returncode:
        return None, 'not measured: scripts/services cannot start it'
    endpoint, pid = _found(up.stdout, root / 'build' / 'services')
    return Server('server', endpoint, pid, keeps=True), None


class FreshDynoxide:
    """A dynoxide of its own that forgets everything when it is started again; it ends with `on_exit`.

    `pids` holds its process id, `missing` says why there is none (else None).
    """

    def __init__(self, root, state, on_exit):
        self._services, self._state, self.pids = root / 'scripts' / 'services', state, []
        self._environment = {**os.environ, 'LEFTFOLD_SERVICES_STATE': str(state)}
        on_exit.callback(self._run, 'down')
        self.missing = None if self.restart() else 'not measured: scripts/services cannot start it'

    def restart(self):
        """Starts it, or starts it again. Returns whether it runs."""
        self._run('down')
        up = self._run('up', 'dynamodb', '--print-env')
        if up.returncode:
            return False
        self.endpoint, pid = _found(up.stdout, self._state)
        self.pids[:] = [pid]
        return True

    def _run(self, verb, *more):
        words = [self._services, verb, *(more or ['dynamodb'])]
        return subprocess.run(words, env=self._environment, stdout=subprocess.PIPE, text=True)


def start_stub(program, on_exit):
    """The stub; it ends with `on_exit`, or when this process does."""
    stub = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    on_exit.callback(stub.wait)
    on_exit.callback(stub.stdin.close)
    line = stub.stdout.readline()
    if not line:
        sys.exit('bench/run: the stub does not start')
    return Server('stub', f'http://127.0.0.1:{json.loads(line)["port"]}', stub.pid, keeps=False)
