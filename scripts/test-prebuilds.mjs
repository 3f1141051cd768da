// The JavaScript tests once more, with the prebuilt binary of this machine in place of the everyday build; those for
// another processor or C library run what test-js/package/prebuilds.test.mjs has for them.
//   node scripts/test-prebuilds.mjs        after npm run prebuild and npm run compile

import { main } from './support.mjs';
import { javascript } from './steps/javascript.mjs';
import { hostBinary } from './prebuild/stamp.mjs';
import { runSteps } from './test.mjs';

await main(async () => {
  const env = { CLOUDOPS_NATIVE_PATH: hostBinary(), CLOUDOPS_TEST_ARM64: '1', CLOUDOPS_TEST_MUSL: '1' };
  const passed = await runSteps({ prebuilt: () => javascript({ name: 'js-prebuilt', env }) });
  process.exitCode = passed ? 0 : 1;
});
