'use strict';

// The first thing the single executable runs. The addon is an asset in it, and the system loads addons from files only:
// it becomes a file that this user alone can write, for as long as it takes to load it.

const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { getRawAsset } = require('node:sea');

const { loadNative } = require('../../../lib/native.js');
const { main } = require('../../../cli/main.js');

const folder = mkdtempSync(join(tmpdir(), 'cloudops-exec-'));
try {
  const path = join(folder, 'cloudops_execution_engine.node');
  writeFileSync(path, new Uint8Array(getRawAsset('addon')), { mode: 0o700 });
  process.env.CLOUDOPS_NATIVE_PATH = path;
  loadNative();
} finally {
  delete process.env.CLOUDOPS_NATIVE_PATH;
  rmSync(folder, { recursive: true, force: true });
}

// An executable of its own has no script among its arguments.
main(process.argv[1] === process.execPath ? process.argv : [process.execPath, ...process.argv]);
