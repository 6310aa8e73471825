// Writes and reads events as services that use the Node library do: its table, index, keys and attributes.
'use strict';
const dynamodb = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb');

const table = (process.env.DYNAMODB_PREFIX || 'v1') + (process.env.EVENTSTORE_TABLE_NAME || 'EventStore');
const client = new dynamodb.DynamoDBClient({
  endpoint: process.env.DYNAMODB_URL, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const documents = DynamoDBDocumentClient.from(client);
const index = 'PublishedCommittedAtIndex';

async function createTable() {
  const key = (hash, range) => [{ AttributeName: hash, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }];
  const types = { aggregateId: 'S', version: 'N', published: 'N', committedAt: 'N' };
  await client.send(new dynamodb.CreateTableCommand({
    TableName: table, BillingMode: 'PAY_PER_REQUEST', KeySchema: key('aggregateId', 'version'),
    AttributeDefinitions: Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    GlobalSecondaryIndexes: [
      { IndexName: index, KeySchema: key('published', 'committedAt'), Projection: { ProjectionType: 'ALL' } }],
  }));
  await dynamodb.waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: table });
}

const put = (event) => ({
  TableName: table, Item: { ...event, published: 0, committedAt: Date.now(), rkey: 1 },
  ConditionExpression: 'attribute_not_exists(aggregateId)',
});
const createEvent = (event) => documents.send(new PutCommand(put(event)));

async function query(aggregateId) {
  const { Items } = await documents.send(new QueryCommand({
    TableName: table, KeyConditionExpression: 'aggregateId = :id', ExpressionAttributeValues: { ':id': aggregateId },
    ConsistentRead: true,
  }));
  return Items.sort((a, b) => Number(a.version) - Number(b.version));
}

async function unpublished() {
  const { Items } = await documents.send(new QueryCommand({
    TableName: table, IndexName: index, KeyConditionExpression: 'published = :no', ExpressionAttributeValues: { ':no': 0 },
  }));
  return Items;
}

module.exports = { client, documents, table, createTable, createEvent, put, query, unpublished };
