// One burst of the AWS SDK of Node: node dynamodb_node.js append|load '{"option": value}'; prints figures as JSON.
// `in_flight` promises in one process. It sends what leftfold sends, from values that are typed already ({ S: 'text' })
// and leaves the answers so: no library above the SDK.
'use strict';
const { randomBytes, randomUUID } = require('node:crypto');
const { performance } = require('node:perf_hooks');
const { setTimeout: wait } = require('node:timers/promises');
const { DynamoDBClient, PutItemCommand, QueryCommand } = require('@aws-sdk/client-dynamodb');

const op = process.argv[2];
const { endpoint, table, in_flight, seconds, warm_up, streams = 200, events = 10 } = JSON.parse(process.argv[3]);
const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

const head = '{"product_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","quantity":2,"note":"';
const payload = { product_id: { S: '7c9e6679-7425-40de-944b-e07fc1f90ae7' }, quantity: { N: '2' },
  note: { S: 'x'.repeat(256 - head.length - 2) } };
const metadata = { correlation_id: { S: 'c0ffee00-1234-4abc-8def-0123456789ab' } };

function appends() {
  const mine = Array.from({ length: streams }, () => ({ id: `cart-${randomUUID()}`, version: 0 }));
  let at = 0;
  return async () => {
    const stream = mine[at++ % streams];
    const eventId = randomBytes(16);
    await client.send(new PutItemCommand({
      TableName: table,
      Item: { aggregateId: { S: stream.id }, version: { N: String(stream.version++) }, event: { S: 'CartItemAddedV01' },
        payload: { M: payload }, eventId: { B: eventId }, metadata: { M: metadata }, committedAt: { N: String(Date.now()) },
        commitId: { B: eventId } },
      ConditionExpression: 'attribute_not_exists(aggregateId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    }));
  };
}

function loads(number) {
  let at = Math.floor((number * streams) / in_flight);
  return async () => {
    const id = `cart-00000000-0000-4000-8000-${(at++ % streams).toString(16).padStart(12, '0')}`;
    const { Items } = await client.send(new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'aggregateId = :a AND version >= :v',
      ExpressionAttributeValues: { ':a': { S: id }, ':v': { N: '0' } },
      ConsistentRead: true,
      Limit: 10 * events + 1,
      ReturnConsumedCapacity: 'TOTAL',
    }));
    if (Items.length !== events) throw new Error(`${id} has ${Items.length} events`);
  };
}

function quantile(sorted, share) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : 0;
}

async function main() {
  let measured = false, over = false, requests = 0;
  const latencies = [];
  const work = async (call) => {
    while (!over) {
      const [counts, begin] = [measured, performance.now()];
      await call();
      if (counts) latencies.push((performance.now() - begin) * 1e3);
      requests += 1;
    }
  };
  const workers = Array.from({ length: in_flight }, (_, i) => work(op === 'append' ? appends() : loads(i)));
  const failed = Promise.all(workers); // of which the first failure ends everything
  await Promise.race([failed, wait(warm_up * 1e3)]);
  const [before, cpuBefore, begin] = [requests, process.cpuUsage(), performance.now()];
  measured = true;
  await Promise.race([failed, wait(seconds * 1e3)]);
  const cpu = process.cpuUsage(cpuBefore);
  const [done, elapsed] = [requests - before, (performance.now() - begin) / 1e3];
  over = true;
  await failed;
  latencies.sort((a, b) => a - b);
  console.log(JSON.stringify({ requests_per_s: done / elapsed, cpu_us_per_request: (cpu.user + cpu.system) / Math.max(1, done),
    p50_us: quantile(latencies, 0.5), p99_us: quantile(latencies, 0.99), failures: 0 }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
