// The layout that Electron packagers make, with folders in place of the archive: JavaScript in app.asar, the addon, which
// no dynamic loader finds in an archive, beside it. Electron itself is not run.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { root, run } from './stage.mjs';

test('the addon is loaded from beside the archive', (t) => {
  const app = mkdtempSync(join(tmpdir(), 'engine-electron-'));
  t.after(() => rmSync(app, { recursive: true, force: true }));
  const inside = 'node_modules/cloudops-execution-engine';
  const place = join(app, 'app.asar.unpacked', inside, `prebuilds/${process.platform}-${process.arch}`);
  mkdirSync(place, { recursive: true });
  cpSync(join(root, 'lib'), join(app, 'app.asar', inside, 'lib'), { recursive: true });
  cpSync(join(root, 'build/Release/cloudops_execution_engine.node'), join(place, 'cloudops_execution_engine.node'));

  const core = [join(root, 'test-js/package/core.mjs'), join(app, 'app.asar', inside, 'lib/index.js')];
  const report = JSON.parse(run(process.execPath, core).trim().split('\n').at(-1));
  assert.deepEqual(report.failed, []);
});
