// The AWS CLI for real: Debian's `aws` under the engine, against a server that speaks S3's protocol.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { makeEngine, pidsOf, tempFile, until } from '../support.mjs';
import { whyNot } from './prepare.mjs';
import { ask, startS3 } from './servers.mjs';

const skip = whyNot();

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
