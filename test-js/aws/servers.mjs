// Servers on the loopback interface that speak the protocols of DynamoDB and S3, and requests for the AWS CLI to them.

import assert from 'node:assert/strict';
import { once } from 'node:events';

import { tempDir, tempFile } from '../support.mjs';
import { requireServer } from './prepare.mjs';

// What a user's own settings might say; the engine's AWS_OUTPUT and AWS_PAGER win over them.
const config = tempFile(
  'aws-config',
  `[default]
output = table
cli_pager = sh -c "echo PAGED"
[profile tester]
output = table
`,
);
const credentials = tempFile(
  'aws-credentials',
  '[tester]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n',
);

/** Nothing of the host's own AWS settings, and Debian's `aws` first. */
const bare = {
  PATH: '/usr/bin:/bin',
  HOME: tempDir(),
  AWS_CONFIG_FILE: config,
  AWS_SHARED_CREDENTIALS_FILE: credentials,
  AWS_EC2_METADATA_DISABLED: 'true',
};
const keys = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** A server's `request(operation, args, more)`: an aws_cli request to it. */
function requestsTo(service, url) {
  return (operation, args = [], { command = {}, env = keys, ...more } = {}) => ({
    command: {
      type: 'aws_cli',
      service,
      operation,
      args: [...args, '--endpoint-url', url],
      region: 'eu-central-1',
      ...command,
    },
    inherit_env: false,
    env: { ...bare, ...env },
    ...more,
  });
}

/** Every request that a server has seen. */
function watch(server) {
  const seen = [];
  server.on('request', ({ method, url, headers }) => seen.push({ method, url, headers }));
  return seen;
}

export async function startDynamo() {
  const server = requireServer('dynalite')({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen = watch(server);
  const request = requestsTo('dynamodb', `http://127.0.0.1:${server.address().port}`);
  const close = () => new Promise((resolve) => server.close(resolve));
  return { request, seen, close };
}

export async function startS3() {
  const S3rver = requireServer('s3rver');
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: tempDir() });
  const { port } = await server.run();
  const seen = watch(server.httpServer);
  const url = `http://127.0.0.1:${port}`;
  return {
    request: requestsTo('s3api', url),
    transfer: requestsTo('s3', url),
    seen,
    close: () => server.close(),
  };
}

/** Runs a request that has to succeed, and reads its JSON (null: it printed nothing). */
export async function ask(engine, request) {
  const result = await engine.run(request);
  assert.equal(result.status, 'completed', result.stderr || result.error);
  assert.equal(result.stderr, '');
  return result.stdout === '' ? null : JSON.parse(result.stdout);
}
