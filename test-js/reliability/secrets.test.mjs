// The environment and stdin of a request appear nowhere but in the child.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { exec, makeEngine, recordEvents, shell, tempDir } from '../support.mjs';

const secret = 'hunter2-do-not-show';
const hidden = { env: { TOKEN: secret }, stdin: { type: 'data', data: secret } };

const scenes = {
  'a success': shell('true', hidden),
  'a failure': shell('exit 3', hidden),
  'a timeout': shell('sleep 100', { ...hidden, timeout_ms: 50 }),
  'an unknown field': { ...shell('true', hidden), timeoutMs: 1 },
  'an env value that is no string': shell('true', { env: { TOKEN: { [secret]: secret } } }),
  'an env value with NUL': shell('true', { env: { TOKEN: `${secret}\0` } }),
  'stdin data of the wrong kind': shell('true', { stdin: { type: 'data', data: [secret] } }),
  'a stdin of an unknown type': shell('true', { stdin: { type: 'text', data: secret } }),
  'a program that is not there': exec('/does/not/exist', [], hidden),
  'a PATH that leads nowhere': exec('true', [], { env: { PATH: '/nowhere', TOKEN: secret } }),
  'an environment that is too long': exec('true', [], { env: { TOKEN: secret + 'x'.repeat(1 << 20) } }),
  'a plan': {
    description: 'd',
    strategy: { type: 'serial' },
    commands: [shell('exit 1', hidden), shell('true', hidden)],
  },
};

for (const [what, request] of Object.entries(scenes)) {
  test(`${what} tells nothing of it`, async (t) => {
    const folder = tempDir();
    const engine = makeEngine(t, { log_dir: join(folder, 'logs') });
    const events = recordEvents(engine);
    const said = [events];
    try {
      if ('commands' in request) said.push(await engine.waitForPlan(await engine.executePlan(request)));
      else said.push(await engine.run(request));
    } catch (error) {
      said.push(error, error.message, error.stack, error.result, { ...error });
    }
    said.push(await engine.listExecutions(), await engine.getStats());
    const shown = inspect(said, { depth: 20, maxStringLength: null, maxArrayLength: null, showHidden: true });
    assert.ok(
      !shown.includes(secret),
      shown.slice(Math.max(0, shown.indexOf(secret) - 300), shown.indexOf(secret) + 40),
    );
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      assert.ok(!readFileSync(join(file.parentPath ?? file.path, file.name), 'utf8').includes(secret), file.name);
    }
  });
}
