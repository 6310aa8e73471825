#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes the signatures of sigv4_vectors.json with botocore, AWS's own: make_sigv4_vectors.py > sigv4_vectors.json

Needs `pip install botocore` (made with 1.44.8). The tests read the file alone.
"""
import datetime
import json

import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = 'AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
JSON_10 = ('Content-Type', 'application/x-amz-json-1.0')
PUT_ITEM = ('X-Amz-Target', 'DynamoDB_20120810.PutItem')
HOST = 'https://dynamodb.eu-central-1.amazonaws.com'
TIME = 1_700_000_000

# name, method, url, headers, body, token, seconds since 1970, region, service
CASES = [
    ('a put', 'POST', HOST + '/', [JSON_10, PUT_ITEM], '{"TableName":"v1EventStore"}', '', TIME, 'eu-central-1', 'dynamodb'),
    ('a session token', 'POST', HOST + '/', [JSON_10, PUT_ITEM], '{}', 'AQoDYXdzEPT//////////wEXAMPLE+tc764/bNrC9=' * 20,
     TIME, 'eu-central-1', 'dynamodb'),
    ('no path', 'POST', HOST, [JSON_10], '{}', '', TIME, 'eu-central-1', 'dynamodb'),
    ('a port', 'POST', 'http://127.0.0.1:18010/', [JSON_10, PUT_ITEM], '{}', '', TIME, 'us-east-1', 'dynamodb'),
    ('the port of the scheme', 'POST', 'https://localhost:443/', [JSON_10], '{}', '', TIME, 'us-east-1', 'dynamodb'),
    ('the other scheme\'s port', 'POST', 'http://localhost:443/', [JSON_10], '{}', '', TIME, 'us-east-1', 'dynamodb'),
    ('an empty body', 'POST', HOST + '/', [], '', '', TIME, 'eu-central-1', 'dynamodb'),
    ('a body of bytes beyond ASCII', 'POST', HOST + '/', [JSON_10], '{"id":"K\u00e4se \U0001f9c0 \u0000"}', '', TIME,
     'eu-central-1', 'dynamodb'),
    ('a body of 300 KB', 'POST', HOST + '/', [JSON_10], 'x' * 300_000, '', TIME, 'eu-central-1', 'dynamodb'),
    ('a query out of order', 'GET', HOST + '/?b=2&a=1&B=3&a=0&c', [], '', '', TIME, 'eu-central-1', 'dynamodb'),
    ('an encoded query', 'GET', HOST + '/?Action=Get%20It&%C3%A4=%2F%2B%26&empty=', [], '', '', TIME, 'us-east-1', 'sts'),
    ('an encoded path', 'GET', HOST + '/K%C3%A4se%20und/Brot%2Fe', [], '', '', TIME, 'eu-central-1', 'execute-api'),
    ('marks in a path', 'GET', HOST + "/a(b)*'!$,;:@=+~_-.x", [], '', '', TIME, 'eu-central-1', 'execute-api'),
    ('a path to be straightened', 'GET', HOST + '/a/./b/../c//d/', [], '', '', TIME, 'eu-central-1', 'execute-api'),
    ('a path that climbs out', 'GET', HOST + '/../../x', [], '', '', TIME, 'eu-central-1', 'execute-api'),
    ('spaces in a header', 'POST', HOST + '/', [('X-Note', '  a   b  c '), JSON_10], '{}', '', TIME, 'eu-central-1', 'dynamodb'),
    ('an empty header', 'POST', HOST + '/', [('X-Note', ''), JSON_10], '{}', '', TIME, 'eu-central-1', 'dynamodb'),
    ('names where one begins the other', 'POST', HOST + '/', [('X-Amz-Date-Foo', '1'), ('X-Amz', '2'), JSON_10], '{}', '', TIME,
     'eu-central-1', 'dynamodb'),
    ('headers that are not signed', 'POST', HOST + '/', [('User-Agent', 'leftfold'), ('Expect', '100-continue'),
     ('X-Amzn-Trace-Id', 'Root=1'), JSON_10], '{}', '', TIME, 'eu-central-1', 'dynamodb'),
    ('the first second of a day', 'POST', HOST + '/', [JSON_10], '{}', '', 1_709_164_800, 'eu-central-1', 'dynamodb'),
    ('the last second of a leap day', 'POST', HOST + '/', [JSON_10], '{}', '', 1_709_251_199, 'eu-central-1', 'dynamodb'),
    ('China', 'POST', 'https://dynamodb.cn-north-1.amazonaws.com.cn/', [JSON_10], '{}', '', TIME, 'cn-north-1', 'dynamodb'),
    ('a host in upper case', 'POST', 'https://DynamoDB.EU-central-1.AmazonAWS.com/', [JSON_10], '{}', '', TIME, 'eu-central-1',
     'dynamodb'),
]


def vector(name, method, url, headers, body, token, seconds, region, service):
    now = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *args, **kwargs: now.replace(tzinfo=None)
    request = AWSRequest(method=method, url=url, data=body.encode(), headers=dict(headers))
    SigV4Auth(Credentials(KEY, SECRET, token or None), service, region).add_auth(request)
    return {'name': name, 'method': method, 'url': url, 'headers': [{'name': n, 'value': v} for n, v in headers],
            # the one long body is told, not written out
            **({'body_of': {'letter': body[0], 'count': len(body)}} if len(body) > 10_000 else {'body': body}),
            'access_key_id': KEY, 'secret_access_key': SECRET, 'session_token': token, 'seconds': seconds,
            'region': region, 'service': service,
            'date': request.headers['X-Amz-Date'], 'authorization': request.headers['Authorization']}


print(json.dumps({'vectors': [vector(*case) for case in CASES]}, indent=1))
