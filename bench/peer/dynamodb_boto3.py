# SPDX-License-Identifier: Apache-2.0
"""One burst of the AWS SDK of Python: dynamodb_boto3.py append|load '{"option": value}'; prints figures as JSON.

`in_flight` threads share one client. It sends what leftfold sends, from values that are typed already ({'S': 'text'}) and
leaves the answers so: no library above the SDK.
"""
import json
import os
import sys
import threading
import time
import uuid

import boto3
from botocore.config import Config

HEAD = '{"product_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","quantity":2,"note":"'
PAYLOAD = {'product_id': {'S': '7c9e6679-7425-40de-944b-e07fc1f90ae7'}, 'quantity': {'N': '2'},
           'note': {'S': 'x' * (256 - len(HEAD) - 2)}}
METADATA = {'correlation_id': {'S': 'c0ffee00-1234-4abc-8def-0123456789ab'}}


def appends(client, table, streams):
    mine, at = [[f'cart-{uuid.uuid4()}', 0] for _ in range(streams)], 0

    def call():
        nonlocal at
        stream = mine[at % streams]
        at += 1
        event_id = uuid.uuid4().bytes
        client.put_item(
            TableName=table,
            Item={'aggregateId': {'S': stream[0]}, 'version': {'N': str(stream[1])}, 'event': {'S': 'CartItemAddedV01'},
                  'payload': {'M': PAYLOAD}, 'eventId': {'B': event_id}, 'metadata': {'M': METADATA},
                  'committedAt': {'N': str(time.time_ns() // 1_000_000)}, 'commitId': {'B': event_id}},
            ConditionExpression='attribute_not_exists(aggregateId)', ReturnValuesOnConditionCheckFailure='ALL_OLD',
            ReturnConsumedCapacity='TOTAL')
        stream[1] += 1
    return call


def loads(client, table, streams, events, at):
    def call():
        nonlocal at
        name = f'cart-00000000-0000-4000-8000-{at % streams:012x}'
        at += 1
        found = client.query(TableName=table, KeyConditionExpression='aggregateId = :a AND version >= :v',
                             ExpressionAttributeValues={':a': {'S': name}, ':v': {'N': '0'}}, ConsistentRead=True,
                             Limit=10 * events + 1, ReturnConsumedCapacity='TOTAL')['Items']
        if len(found) != events:
            raise RuntimeError(f'{name} has {len(found)} events')
    return call


def quantile(samples, share):
    samples.sort()
    return samples[min(len(samples) - 1, int(share * len(samples)))] if samples else 0


def main(op, endpoint, table, in_flight, seconds, warm_up, streams=200, events=10):
    client = boto3.client('dynamodb', endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='test',
                          aws_secret_access_key='test', config=Config(max_pool_connections=in_flight))
    calls = [appends(client, table, streams) if op == 'append' else loads(client, table, streams, events, i * streams // in_flight)
             for i in range(in_flight)]
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    latencies = [[] for _ in calls]

    def work(call, mine):
        try:
            while (started := time.perf_counter()) < end:
                call()
                if started >= begin:
                    mine.append((time.perf_counter() - started) * 1e6)
        except Exception as error:  # a thread's own end would go unnoticed
            print(f'{type(error).__name__}: {error}', file=sys.stderr, flush=True)
            os._exit(1)

    workers = [threading.Thread(target=work, args=pair) for pair in zip(calls, latencies)]
    for worker in workers:
        worker.start()
    time.sleep(max(0, begin - time.perf_counter()))
    cpu = time.process_time()
    for worker in workers:
        worker.join()
    everything = [each for mine in latencies for each in mine]
    return {'requests_per_s': len(everything) / (time.perf_counter() - begin),
            'cpu_us_per_request': (time.process_time() - cpu) * 1e6 / max(1, len(everything)),
            'p50_us': quantile(everything, 0.5), 'p99_us': quantile(everything, 0.99), 'failures': 0}


if __name__ == '__main__':
    print(json.dumps(main(sys.argv[1], **json.loads(sys.argv[2]))))
