// What the prebuilt binaries can be shown to do on this machine, after npm run prebuild and npm run compile.
//   node scripts/test-prebuilds.mjs [step…]      prebuilt arm64; default: both
// prebuilt  all JavaScript tests with this machine's own in place of the everyday build, and in them the core checks of
//           those for another processor or C library
// arm64     parts of the contract's tests in an arm64 Node under qemu

import { arm64Host, whyNoArm64Host } from './prebuild/arm64_host.mjs';
import { hostBinary, usableBinary } from './prebuild/stamp.mjs';
import { javascript } from './steps/javascript.mjs';
import { ask, main } from './support.mjs';
import { runWanted } from './test.mjs';

// What does not turn on how a process is started, on its memory or on time: there qemu is not a kernel.
const parts = ['validation', 'request', 'plan', 'output', 'events', 'readers', 'logs', 'concurrency', 'global'];

const steps = {
  prebuilt: () => {
    const env = { CLOUDOPS_NATIVE_PATH: hostBinary(), CLOUDOPS_TEST_ARM64: '1', CLOUDOPS_TEST_MUSL: '1' };
    return javascript({ name: 'js-prebuilt', env });
  },
  async arm64() {
    const reason = whyNoArm64Host();
    if (reason !== undefined) return { passed: 0, failed: 0, notes: [`skipped: ${reason}`] };
    const env = { ...process.env, CLOUDOPS_NATIVE_PATH: usableBinary('linux-arm64') };
    const reports = parts.map((part) => underQemu(part, env));
    const total = (key) => reports.reduce((sum, report) => sum + report[key], 0);
    return { passed: total('passed'), failed: total('failed') };
  },
};

// The file itself, not `node --test`, which would start Node again, and that is not an executable of this machine.
function underQemu(part, env) {
  const { program, args } = arm64Host();
  const file = `test-js/contract/${part}.test.mjs`;
  const { ok, stdout, stderr } = ask(program, [...args, '--test-reporter=tap', file], { env, timeout: 300_000 });
  const [passed, failed] = ['pass', 'fail'].map((what) =>
    Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]),
  );
  const ended = ok && passed > 0 && failed === 0;
  console.log(`${ended ? '✓' : '✗'} ${part}: ${passed} passed, ${failed} failed`);
  if (ended) return { passed, failed };
  console.log(stdout + stderr);
  return { passed: passed || 0, failed: failed || 1 };
}

await main(() => runWanted(steps, 'step'));
