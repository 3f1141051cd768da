// Makes the binaries that travel inside the package: prebuilds/<platform>-<arch>[-musl]/, one target at a time.
//   node scripts/prebuild.mjs [target…]      default: all of scripts/prebuild/targets.mjs
//   node scripts/prebuild.mjs --check        makes nothing; fails unless all are there, fit, and of these sources
// What was run of them and what only built is in docs/platforms.md.

import { existsSync, statSync } from 'node:fs';

import { buildTarget } from './prebuild/compile.mjs';
import { faultsOf } from './prebuild/inspect.mjs';
import { sourcesHash, whyUnusable, writeStamp } from './prebuild/stamp.mjs';
import { binaryOf, targets } from './prebuild/targets.mjs';
import { headers, zig } from './prebuild/toolchain.mjs';
import { Failure, main, root, step } from './support.mjs';

async function build(chosen) {
  const tools = { zig: await zig(), headers: headers() };
  for (const target of chosen) {
    const hash = sourcesHash();
    await step(`${target.name} (${target.triple})`, async () => {
      const path = await buildTarget(target, { ...tools, report: (folder) => console.log(`  ${folder}`) });
      const faults = faultsOf(path, target);
      if (faults.length > 0) throw new Failure(`${path} ${faults.join('; ')}.`);
      writeStamp(target, hash);
      console.log(`  ${path.replace(`${root}/`, '')}: ${Math.round(statSync(path).size / 1024)} KiB`);
    });
  }
}

// Pressed by `npm pack` and `npm publish` (prepack): a package without its binaries would install and not run.
function check(chosen) {
  const bad = chosen.flatMap((target) => {
    const path = binaryOf(target);
    const reason = whyUnusable(target);
    const faults = existsSync(path) ? faultsOf(path, target) : [];
    return [...faults, ...(reason ? [reason] : [])].map((fault) => `${target.name} ${fault}`);
  });
  if (bad.length === 0) return;
  throw new Failure(`The prebuilt binaries cannot be packed:\n  ${bad.join('\n  ')}\nMake them with: npm run prebuild`);
}

await main(() => {
  const words = process.argv.slice(2);
  const names = words.filter((word) => word !== '--check');
  const unknown = names.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0)
    throw new Failure(`No such target: ${unknown}. There are: ${targets.map(({ name }) => name)}`);
  const chosen = names.length > 0 ? targets.filter(({ name }) => names.includes(name)) : targets;
  return words.includes('--check') ? check(chosen) : build(chosen);
});
