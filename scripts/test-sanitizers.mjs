// The tests once more, with the compiler's sanitizers, each in a build tree of its own.
//   node scripts/test-sanitizers.mjs [address|thread|node…]      default: all three
// address  native tests, AddressSanitizer (with leaks) and UndefinedBehaviorSanitizer
// thread   native tests, ThreadSanitizer
// node     the addon in Node, AddressSanitizer and UndefinedBehaviorSanitizer. Node itself is not instrumented: the
//          runtime is preloaded, and leaks are not reported, because V8 frees little of what it holds at exit.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { build } from './build.mjs';
import { Failure, ask, main, root } from './support.mjs';
import { runWanted } from './test.mjs';
import { javascript } from './steps/javascript.mjs';
import { native } from './steps/native.mjs';

const asan = { dir: join(root, 'out/asan'), sanitizers: 'address,undefined' };
const tsan = { dir: join(root, 'out/tsan'), sanitizers: 'thread' };

const buildWith = ({ dir, sanitizers }, targets) =>
  build({
    dir,
    addon: dir,
    targets,
    options: { CLOUDOPS_SANITIZE: sanitizers },
  });

// The first finding ends a process; a test that expects a failing child must not take one for the other.
const exitCode = 'exitcode=99';

const runs = {
  async address() {
    await buildWith(asan, ['cloudops_native_tests']);
    const env = { ASAN_OPTIONS: `${exitCode}:detect_stack_use_after_return=1`, UBSAN_OPTIONS: 'print_stacktrace=1' };
    return native({ dir: asan.dir, name: 'native-asan', env });
  },
  async thread() {
    await buildWith(tsan, ['cloudops_native_tests']);
    return native({ dir: tsan.dir, name: 'native-tsan', env: { TSAN_OPTIONS: `${exitCode}:halt_on_error=1` } });
  },
  async node() {
    await buildWith(asan, ['cloudops_addon']);
    const env = {
      // libstdc++ as well: the runtime looks for __cxa_throw when it starts, and Node may carry its own.
      LD_PRELOAD: [runtime('libasan.so'), runtime('libstdc++.so')].join(':'),
      ASAN_OPTIONS: `${exitCode}:detect_leaks=0`,
      UBSAN_OPTIONS: 'print_stacktrace=1',
      CLOUDOPS_NATIVE_PATH: join(asan.dir, 'cloudops_execution_engine.node'),
      // Tests that measure memory or time know by this that the numbers mean nothing here.
      CLOUDOPS_SANITIZED: '1',
    };
    return javascript({ name: 'js-asan', env, timeout: 600_000 });
  },
};

function runtime(library) {
  const path = ask(process.env.CXX || 'c++', [`-print-file-name=${library}`]).stdout.trim();
  if (!existsSync(path)) throw new Failure(`The compiler has no ${library}: the sanitized addon cannot be loaded.`);
  return path;
}

await main(() => runWanted(runs, 'run'));
