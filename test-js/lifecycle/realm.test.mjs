// Jest and others load each test file, and what it requires, into a realm of its own. What the engine gives must be of
// that realm: objects of another one have other prototypes, by which strict comparisons tell them from literals.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

import { shell } from '../support.mjs';

const index = fileURLToPath(new URL('../../lib/index.js', import.meta.url));

/** A realm that has what Node has, and its own objects. */
function makeRealm() {
  const context = vm.createContext({ process, console, setImmediate, setTimeout, clearTimeout, AbortController });
  const modules = new Map();
  function load(file) {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const outer = createRequire(file);
    const isOurs = (path) => path.startsWith('/') && !path.endsWith('.node');
    const require = (name) => (isOurs(outer.resolve(name)) ? load(outer.resolve(name)) : outer(name));
    require.resolve = outer.resolve;
    const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
    vm.runInContext(code, context, { filename: file })(module.exports, require, module, file, dirname(file));
    return module.exports;
  }
  return { load, evaluate: (code) => vm.runInContext(code, context) };
}

test('all that the engine gives is of the realm that it was loaded into', async () => {
  const realm = makeRealm();
  const [objects, arrays] = ['Object', 'Array'].map((name) => realm.evaluate(`${name}.prototype`));
  assert.notEqual(objects, Object.prototype);
  let checked = 0;
  const check = (value, path) => {
    if (value === null || typeof value !== 'object') return;
    assert.equal(Object.getPrototypeOf(value), Object.hasOwn(value, 'length') ? arrays : objects, path);
    checked++;
    for (const [key, member] of Object.entries(value)) check(member, `${path}.${key}`);
  };

  const { ExecutionEngine } = realm.load(index);
  const engine = new ExecutionEngine({ log_dir: null });
  const events = [];
  engine.on('event', (event) => events.push(event));
  const metadata = { source: 'test', tags: { a: 'b' } };
  const result = await engine.run(shell('echo out; sleep 60', { timeout_ms: 100, metadata }));
  assert.equal(result.status, 'timeout');
  check(result, 'result');
  const planId = await engine.executePlan({ description: '', strategy: { type: 'serial' }, commands: [shell('true')] });
  check(await engine.waitForPlan(planId), 'plan');
  check(await engine.listExecutions(), 'list');
  check(await engine.getStats(), 'stats');
  check(await engine.getConcurrencyMetrics(), 'metrics');
  for (const event of events) check(event, event.event_type);
  assert.ok(checked > 30, String(checked));
  await assert.rejects(engine.execute({}), (error) => error instanceof realm.evaluate('Error'));
  await engine.close();
});
