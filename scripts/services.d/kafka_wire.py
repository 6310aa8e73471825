# SPDX-License-Identifier: Apache-2.0
"""Asks a Kafka broker of one node whether it serves: kafka_wire.py PORT

Exit 0 when it answers ApiVersions, and Metadata names it as the only broker, registered and not fenced; else 1.
An open port is not enough: it opens seconds before the broker is registered with its controller.
"""
import socket
import struct
import sys

API_VERSIONS, METADATA = 18, 3


def text(value):
    data = value.encode()
    return struct.pack('>h', len(data)) + data


class Reader:
    """The fields of an answer, one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        fields = struct.unpack_from('>' + form, self.data, self.at)
        self.at += struct.calcsize('>' + form)
        return fields if len(fields) > 1 else fields[0]

    def text(self):
        length = max(self.take('h'), 0)  # -1 is null
        self.at += length
        return self.data[self.at - length:self.at].decode()


class Broker:
    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def receive(self, size):
        data = b''
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionError('the broker closed the connection')
            data += part
        return data

    def request(self, key, version, body):
        message = struct.pack('>hhi', key, version, 7) + text('leftfold-test') + body
        self.socket.sendall(struct.pack('>i', len(message)) + message)
        answer = Reader(self.receive(*struct.unpack('>i', self.receive(4))))
        if answer.take('i') != 7:
            raise ConnectionError('an answer to another request')
        return answer

    def serves(self):
        answer = self.request(API_VERSIONS, 0, b'')
        error, count = answer.take('hi')
        if error or METADATA not in {answer.take('hhh')[0] for _ in range(count)}:
            return False
        answer = self.request(METADATA, 1, struct.pack('>i', 0))  # of no topic
        return answer.take('i') == 1 and answer.take('i') == 1 and answer.text() == '127.0.0.1' and \
            answer.take('i') == self.port


if __name__ == '__main__':
    try:
        with Broker(int(sys.argv[1])) as broker:
            sys.exit(0 if broker.serves() else 1)
    except (OSError, struct.error) as error:
        sys.exit(f'{sys.argv[0]}: {error}')
