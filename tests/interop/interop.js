// The Node side of interop_test.cc: node interop.js COMMAND. Exit 0 when everything was as expected; else it says what was not.
'use strict';
const assert = require('node:assert/strict');
const { GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { TransactWriteCommand } = require('@aws-sdk/lib-dynamodb');
const library = require('./node_library.js');

const noted = (text, count) => ({
  text, count, ratio: 0.1, sure: true, tags: ['a', '', 'ü'], inner: { empty: {}, list: [{ n: 1 }, { n: -2 }], nothing: null } });

const commands = {
  'create-table': library.createTable,

  // Versions 0 to 5; a Snapshot at every multiple of 2 above 0.
  async write() {
    const events = [
      ['Noted', noted('née 日本 🚀 "\\\n', 9007199254740993n)], ['Noted', noted('', -9223372036854775808n)],
      ['Snapshot', { items: { apple: 2 }, total: 2 }], ['Noted', noted('third', 9223372036854775807n)],
      ['Snapshot', { items: {}, total: 3 }], ['Closed', {}]];
    for (const [version, [event, payload]] of events.entries()) {
      await library.createEvent({ aggregateId: 'from-node', version, event, payload });
    }
  },

  // What leftfold appended behind them is there, and everything else as it was.
  async 'read-after-own'() {
    const items = await library.query('from-node');
    assert.deepEqual(items.map((i) => [i.version, i.event]), [[0, 'Noted'], [1, 'Noted'], [2, 'Snapshot'], [3, 'Noted'],
      [4, 'Snapshot'], [5, 'Closed'], [6, 'Noted'], [7, 'Noted'], [8, 'Closed']]);
    assert.deepEqual(items[0].payload, noted('née 日本 🚀 "\\\n', 9007199254740993n));
    assert.deepEqual([items[6].payload.text, items[7].payload.text], ['seventh', 'eighth']);
    // leftfold's items stay out of the index of events to publish.
    assert.deepEqual((await library.unpublished()).map((i) => i.version).sort(), [0, 1, 2, 3, 4, 5]);
  },

  async read() {
    const items = await library.query('from-leftfold');
    assert.deepEqual(items.map(({ version, event, payload }) => ({ version, event, payload })), [
      { version: 0, event: 'Noted', payload: noted('née 日本 🚀 "\\\n', 9007199254740993n) },
      { version: 1, event: 'Noted', payload: noted('', -9223372036854775808n) },
      { version: 2, event: 'Noted', payload: noted('x'.repeat(100000), 9223372036854775807n) },
      { version: 3, event: 'Closed', payload: {} },
      { version: 4, event: 'Measured', payload: { pi: Math.PI, big: 12345678901234567890123456789012345678n } }]);
    for (const item of items) {
      assert.equal(item.aggregateId, 'from-leftfold');
      assert.equal(item.published, undefined);
      assert.equal(item.eventId.length, 16);
      assert.ok(Number.isSafeInteger(item.committedAt) && Math.abs(Date.now() - item.committedAt) < 3600e3);
    }
    assert.deepEqual(items.map((i) => [i.commitPos, i.commitSize]),
      [[undefined, undefined], [0, 3], [1, 3], [2, 3], [undefined, undefined]]);
    assert.deepEqual(items[2].commitId, items[1].eventId);
    const raw = await library.client.send(new GetItemCommand({
      TableName: library.table, Key: { aggregateId: { S: 'from-leftfold' }, version: { N: '4' } } }));
    assert.equal(raw.Item.payload.M.pi.N, '3.1415926535897932384626433832795028841'); // no digit went through a double
  },

  // Versions 0 and 1 are leftfold's: neither kind of write may replace them; 2 is free.
  async lock() {
    const before = await library.query('locked');
    const mine = (version) => ({ aggregateId: 'locked', version, event: 'Closed', payload: {} });
    await assert.rejects(library.createEvent(mine(1)), { name: 'ConditionalCheckFailedException' });
    const both = new TransactWriteCommand({ TransactItems: [{ Put: library.put(mine(2)) }, { Put: library.put(mine(1)) }] });
    await assert.rejects(library.documents.send(both), (error) => {
      assert.equal(error.name, 'TransactionCanceledException');
      assert.deepEqual(error.CancellationReasons.map((r) => r.Code), ['None', 'ConditionalCheckFailed']);
      return true;
    });
    assert.deepEqual(await library.query('locked'), before);
    assert.equal(before.length, 2);
    await library.createEvent(mine(2));
  },

  // 25 events against leftfold's 25, each at the version behind the last one seen.
  async race() {
    for (let n = 0; n < 25;) {
      const items = await library.query('raced');
      const event = { aggregateId: 'raced', version: items.length, event: 'Raced', payload: { by: 'node', n } };
      try {
        await library.createEvent(event);
        n += 1;
      } catch (error) {
        if (error.name !== 'ConditionalCheckFailedException') throw error;
      }
    }
  },
};

const command = commands[process.argv[2]];
assert.ok(command, `no command "${process.argv[2]}"`);
command().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
