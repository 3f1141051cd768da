// The AWS CLI for real: Debian's `aws` under the engine, against a server that speaks DynamoDB's protocol.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { makeEngine } from '../support.mjs';
import { whyNot } from './prepare.mjs';
import { ask, startDynamo } from './servers.mjs';

const skip = whyNot();
const keyOf = (item) => item.k.S;
const hash = [
  '--attribute-definitions',
  'AttributeName=k,AttributeType=S',
  '--key-schema',
  'AttributeName=k,KeyType=HASH',
];

describe('DynamoDB', { skip }, () => {
  let dynamo;
  const dynamoRequest = (...args) => dynamo.request(...args);
  before(async () => {
    dynamo = await startDynamo();
  });
  after(() => dynamo.close());

  test('create, put, get, describe, list', async (t) => {
    const engine = makeEngine(t);
    const table = ['--table-name', 'people'];
    const created = await ask(
      engine,
      dynamoRequest('create-table', [...table, ...hash, '--billing-mode', 'PAY_PER_REQUEST']),
    );
    assert.equal(created.TableDescription.TableName, 'people');
    // The region is in what the client signed.
    assert.match(dynamo.seen.at(-1).headers.authorization, /\/eu-central-1\/dynamodb\//);

    const item = { k: { S: 'a b"c\n$HOME' }, n: { N: '7' } };
    assert.equal(await ask(engine, dynamoRequest('put-item', [...table, '--item', JSON.stringify(item)])), null);
    const key = JSON.stringify({ k: item.k });
    assert.deepEqual((await ask(engine, dynamoRequest('get-item', [...table, '--key', key]))).Item, item);

    const described = await ask(engine, dynamoRequest('describe-table', table));
    assert.equal(described.Table.TableStatus, 'ACTIVE');
    assert.deepEqual((await ask(engine, dynamoRequest('list-tables'))).TableNames, ['people']);
  });

  test('a paged listing is whole, page by page and by hand', async (t) => {
    const engine = makeEngine(t);
    const table = ['--table-name', 'pages'];
    await ask(engine, dynamoRequest('create-table', [...table, ...hash, '--billing-mode', 'PAY_PER_REQUEST']));
    const keys = Array.from({ length: 7 }, (_, i) => `key-${i}`);
    const puts = keys.map((k) => ({ PutRequest: { Item: { k: { S: k } } } }));
    await ask(engine, dynamoRequest('batch-write-item', ['--request-items', JSON.stringify({ pages: puts })]));

    const before = dynamo.seen.length;
    const all = await ask(engine, dynamoRequest('scan', [...table, '--page-size', '2']));
    assert.deepEqual(all.Items.map(keyOf).sort(), keys);
    assert.ok(dynamo.seen.length - before >= 4, 'seven items in pages of two are four requests');

    const found = [];
    for (let token = []; token !== null;) {
      const page = await ask(engine, dynamoRequest('scan', [...table, '--max-items', '4', ...token]));
      assert.ok(page.Items.length <= 4);
      found.push(...page.Items.map(keyOf));
      token = page.NextToken ? ['--starting-token', page.NextToken] : null;
    }
    assert.deepEqual(found.sort(), keys);
  });

  test('a failing call is a failed result with what the service said', async (t) => {
    const engine = makeEngine(t);
    const missing = await engine.run(dynamoRequest('describe-table', ['--table-name', 'nobody']));
    assert.equal(missing.status, 'failed');
    assert.equal(missing.exit_code, 254);
    assert.match(missing.stderr, /ResourceNotFoundException/);
    assert.equal(missing.stdout, '');

    const unknown = await engine.run(dynamoRequest('no-such-operation'));
    assert.equal(unknown.status, 'failed');
    assert.equal(unknown.exit_code, 252);
    assert.match(unknown.stderr, /argument operation: Invalid choice/);
  });

  test('the profile is the one named; without it there are no credentials', async (t) => {
    const engine = makeEngine(t);
    const none = { env: {} };
    const without = await engine.run(dynamoRequest('list-tables', [], none));
    assert.equal(without.status, 'failed');
    assert.match(without.stderr, /credentials/i);
    const named = await ask(engine, dynamoRequest('list-tables', [], { ...none, command: { profile: 'tester' } }));
    assert.ok(Array.isArray(named.TableNames));
  });

  test('the environment of the request wins over the fields', async (t) => {
    const engine = makeEngine(t);
    const request = dynamoRequest('list-tables');
    request.env.AWS_OUTPUT = 'text';
    request.env.AWS_REGION = 'us-west-2';
    const before = dynamo.seen.length;
    const result = await engine.run(request);
    assert.equal(result.success, true, result.stderr);
    assert.match(result.stdout, /^TABLENAMES\t/m);
    assert.match(dynamo.seen[before].headers.authorization, /\/us-west-2\/dynamodb\//);
  });

  test('a waiter that polls is ended by its timeout', async (t) => {
    const engine = makeEngine(t);
    const result = await engine.run(
      dynamoRequest('wait', ['table-exists', '--table-name', 'never'], { timeout_ms: 4000 }),
    );
    assert.equal(result.status, 'timeout');
    assert.deepEqual(result.termination.survivors, []);
  });
});
