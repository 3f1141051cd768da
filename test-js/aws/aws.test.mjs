// The AWS CLI for real: Debian's `aws` under the engine, against servers that speak the protocols.

import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';

import { makeEngine, pidsOf, tempFile, until } from '../support.mjs';
import { prepare } from './prepare.mjs';
import { startDynamo, startS3 } from './servers.mjs';

const reason = prepare();
if (reason !== undefined) console.log(`The tests with the AWS CLI are skipped: ${reason}.`);
const skip = reason ?? false;

/** Runs a request that has to succeed, and reads its JSON (null: it printed nothing). */
async function ask(engine, request) {
  const result = await engine.run(request);
  assert.equal(result.status, 'completed', result.stderr || result.error);
  assert.equal(result.stderr, '');
  return result.stdout === '' ? null : JSON.parse(result.stdout);
}

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
      const page = await ask(engine, dynamoRequest('scan', [...table, '--max-items', '3', ...token]));
      assert.ok(page.Items.length <= 3);
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
    const stranger = await engine.run(dynamoRequest('list-tables', [], { ...none, command: { profile: 'stranger' } }));
    assert.match(stranger.stderr, /profile.*stranger/);
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

describe('S3', { skip }, () => {
  let s3;
  before(async () => {
    s3 = await startS3();
  });
  after(() => s3.close());

  test('create, put, describe, get, list', async (t) => {
    const engine = makeEngine(t);
    const bucket = ['--bucket', 'stuff'];
    const where = ['--create-bucket-configuration', 'LocationConstraint=eu-central-1'];
    assert.ok(await ask(engine, s3.request('create-bucket', [...bucket, ...where])));
    const body = tempFile('body', 'one\ntwo\n');
    const put = await ask(engine, s3.request('put-object', [...bucket, '--key', 'a/b c', '--body', body]));
    assert.match(put.ETag, /^"[0-9a-f]{32}"$/);
    const head = await ask(engine, s3.request('head-object', [...bucket, '--key', 'a/b c']));
    assert.equal(head.ContentLength, 8);
    assert.equal(head.ETag, put.ETag);

    // Straight to stdout: the object's bytes and nothing else.
    const copy = await engine.run(s3.transfer('cp', ['s3://stuff/a/b c', '-']));
    assert.equal(copy.stdout, 'one\ntwo\n');
    assert.deepEqual(
      (await ask(engine, s3.request('list-buckets'))).Buckets.map((one) => one.Name),
      ['stuff'],
    );
  });

  test('a paged listing is whole', async (t) => {
    const engine = makeEngine(t);
    await ask(engine, s3.request('create-bucket', ['--bucket', 'pages']));
    const keys = ['k0', 'k1', 'k2', 'k3', 'k4'];
    const upload = (key) =>
      engine.run(s3.transfer('cp', ['-', `s3://pages/${key}`], { stdin: { type: 'data', data: `object ${key}` } }));
    for (const { success, stderr } of [await upload(keys[0]), ...(await Promise.all(keys.slice(1).map(upload)))])
      assert.ok(success, stderr);

    // Not list-objects-v2: the server makes its tokens with a cipher that OpenSSL 3 no longer has.
    const before = s3.seen.length;
    const all = await ask(engine, s3.request('list-objects', ['--bucket', 'pages', '--page-size', '2']));
    assert.deepEqual(
      all.Contents.map((one) => one.Key),
      keys,
    );
    assert.equal(s3.seen.length - before, 3, 'five objects in pages of two are three requests');
  });

  test('a failing call is a failed result with what the service said', async (t) => {
    const engine = makeEngine(t);
    const result = await engine.run(s3.request('head-object', ['--bucket', 'nobody', '--key', 'nothing']));
    assert.equal(result.status, 'failed');
    assert.equal(result.exit_code, 254);
    assert.match(result.stderr, /404|Not Found|NoSuchBucket/);
  });

  test('an upload cancelled half-way leaves no object and no process', async (t) => {
    const engine = makeEngine(t, { kill_grace_period_ms: 5000 });
    await ask(engine, s3.request('create-bucket', ['--bucket', 'half']));
    const before = s3.seen.length;
    const id = await engine.execute(s3.transfer('cp', ['-', 's3://half/way'], { stdin: { type: 'pipe' } }));
    // The client uploads in parts of 8 MiB, so this one is on its way while it waits for more.
    await engine.writeStdin(id, Buffer.alloc(9 * 1024 * 1024, 'x'));
    const partSeen = () =>
      s3.seen.slice(before).some(({ method, url }) => method === 'PUT' && /partNumber=1/.test(url));
    await until(partSeen, 30_000, 'the first part of the upload');
    await engine.cancel(id);

    const result = await engine.waitForCompletion(id);
    assert.equal(result.status, 'cancelled');
    assert.equal(result.termination.cause, 'cancel');
    assert.equal(result.termination.signals[0].signal, 'SIGTERM');
    assert.deepEqual(result.termination.survivors, []);
    assert.deepEqual(pidsOf('s3://half/way'), []);
    assert.equal((await engine.run(s3.request('head-object', ['--bucket', 'half', '--key', 'way']))).exit_code, 254);
  });
});
