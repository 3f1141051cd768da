import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';

const { candidates, loadFrom, showsMusl } = createRequire(import.meta.url)('../../lib/native.js');

const addon = 'cloudops_execution_engine.node';
const linux = { platform: 'linux', arch: 'x64', musl: false };

function packageFolder(t) {
  const root = mkdtempSync(join(tmpdir(), 'engine-loader-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root + sep;
}
function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

test('looks for the prebuilt binary of this platform, then for a local build', () => {
  assert.deepEqual(candidates({ ...linux, root: '/p/' }), [
    `/p/prebuilds/linux-x64/${addon}`,
    `/p/build/Release/${addon}`,
  ]);
  assert.equal(candidates({ ...linux, root: '/p/', musl: true })[0], `/p/prebuilds/linux-x64-musl/${addon}`);
  assert.deepEqual(candidates({ ...linux, root: '/p/', override: '/x.node' }), ['/x.node']);
});

test('looks beside an Electron archive before it looks inside', () => {
  const found = candidates({ ...linux, root: '/app.asar/node_modules/p/' });
  assert.equal(found[0], `/app.asar.unpacked/node_modules/p/prebuilds/linux-x64/${addon}`);
  assert.equal(found.length, 4);
  assert.equal(found[2], `/app.asar/node_modules/p/prebuilds/linux-x64/${addon}`);
});

test('tells musl from glibc by what is loaded', () => {
  const line = (path) => `7f00-7f01 r-xp 00000000 fe:01 12  ${path}\n7f02-7f03 rw-p 0 00:00 0\n`;
  assert.equal(showsMusl(line('/lib/ld-musl-x86_64.so.1')), true);
  assert.equal(showsMusl(line('/usr/lib/x86_64-linux-musl/libc.so')), true);
  assert.equal(showsMusl(line('/usr/lib/x86_64-linux-gnu/libc.so.6')), false);
});

test('says all that was tried, why it failed, and what to do', (t) => {
  const root = packageFolder(t);
  put(join(root, 'prebuilds/linux-x64', addon), 'not a shared object');
  assert.throws(
    () => loadFrom({ ...linux, root }),
    (error) => {
      assert.match(error.message, /prebuilds\/linux-x64\/.*: .*(invalid ELF header|file too short)/);
      assert.match(error.message, /build\/Release\/.*: not there/);
      assert.match(error.message, /node-gyp rebuild/);
      assert.equal(error.code, 'ERR_DLOPEN_FAILED');
      assert.ok(error.cause instanceof Error);
      return true;
    },
  );
  const override = join(root, 'nowhere.node');
  assert.throws(() => loadFrom({ ...linux, root, override }), /nowhere\.node: not there\nCLOUDOPS_NATIVE_PATH/);
});

test('an addon made for another version of lib is not used', (t) => {
  const root = packageFolder(t);
  const override = join(root, 'addon.js');
  put(override, 'exports.abi = 999;');
  assert.throws(() => loadFrom({ ...linux, root, override }), /abi 999, wanted 6/);
  put(join(root, 'fit.js'), 'exports.abi = 6;');
  assert.equal(loadFrom({ ...linux, root, override: join(root, 'fit.js') }).abi, 6);
  // A relative one begins at the working directory.
  assert.equal(loadFrom({ ...linux, root, override: relative('', join(root, 'fit.js')) }).abi, 6);
});
