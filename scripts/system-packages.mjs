// What the build needs from the system, found by looking for the thing itself: a header by the compiler's own search, a
// program in PATH. How it is called in each package manager is only asked when it is missing.

import { ask, findProgram, Failure, stream } from './support.mjs';

const compiler = () => process.env.CXX || 'c++';

/** need: "build" for the addon, "tests" for the tests as well. `found` may use what the compiler sees. */
const tools = [
  {
    name: 'a C++ compiler',
    need: 'build',
    found: () => findProgram(compiler()) !== undefined,
    packages: { apt: 'g++', dnf: 'gcc-c++', apk: 'g++', brew: 'gcc' },
  },
  {
    name: 'CMake',
    need: 'build',
    found: () => findProgram('cmake') !== undefined,
    packages: { apt: 'cmake', dnf: 'cmake', apk: 'cmake', brew: 'cmake' },
  },
  {
    name: 'make or ninja',
    need: 'build',
    found: () => findProgram('make') !== undefined || findProgram('ninja') !== undefined,
    packages: { apt: 'make', dnf: 'make', apk: 'make', brew: 'make' },
  },
  {
    name: 'make (for node-gyp)',
    need: 'tests',
    found: () => findProgram('make') !== undefined,
    packages: { apt: 'make', dnf: 'make', apk: 'make', brew: 'make' },
  },
  {
    name: 'Python 3 (for node-gyp)',
    need: 'tests',
    found: () => findProgram('python3') !== undefined,
    packages: { apt: 'python3', dnf: 'python3', apk: 'python3', brew: 'python3' },
  },
  {
    name: 'Boost 1.81 or newer (headers)',
    need: 'build',
    found: (seen) => seen.boost >= 108100,
    packages: { apt: 'libboost1.81-dev', dnf: 'boost-devel', apk: 'boost-dev', brew: 'boost' },
  },
  {
    name: 'nlohmann/json',
    need: 'build',
    found: (seen) => seen.json === 1,
    packages: { apt: 'nlohmann-json3-dev', dnf: 'json-devel', apk: 'nlohmann-json', brew: 'nlohmann-json' },
  },
  {
    name: 'Catch2 v2',
    need: 'tests',
    found: (seen) => seen.catch2 === 1,
    packages: { apt: 'catch2', dnf: 'catch2-devel', apk: 'catch2', brew: 'catch2@2' },
  },
];

// One run of the preprocessor answers for all headers.
const probe = `
#if __has_include(<boost/version.hpp>)
#include <boost/version.hpp>
boost BOOST_VERSION
#endif
#if __has_include(<nlohmann/json.hpp>)
json 1
#endif
#if __has_include(<catch2/catch.hpp>)
catch2 1
#endif
`;

function headersSeen() {
  const seen = { boost: 0, json: 0, catch2: 0 };
  const include = process.env.BOOST_ROOT ? [`-I${process.env.BOOST_ROOT}`, `-I${process.env.BOOST_ROOT}/include`] : [];
  const { stdout } = ask(compiler(), ['-std=c++20', '-E', '-P', ...include, '-x', 'c++', '-'], { input: probe });
  for (const [, name, value] of stdout.matchAll(/^(boost|json|catch2) (\d+)$/gm)) seen[name] = Number(value);
  return seen;
}

export function missingTools({ tests }) {
  const seen = headersSeen();
  return tools.filter((tool) => (tests || tool.need === 'build') && !tool.found(seen));
}

const packagesOf = (missing, manager) => [...new Set(missing.map(({ packages }) => packages[manager]))].join(' ');

/** The exact command for each package manager; the one this machine has comes alone when it is known. */
export function installHint(missing) {
  const commands = {
    'apt-get': `sudo apt-get update && sudo apt-get install -y ${packagesOf(missing, 'apt')}`,
    dnf: `sudo dnf install -y ${packagesOf(missing, 'dnf')}`,
    apk: `sudo apk add ${packagesOf(missing, 'apk')}`,
    brew: `brew install ${packagesOf(missing, 'brew')}`,
  };
  const here = Object.keys(commands).filter((manager) => findProgram(manager) !== undefined);
  const shown = here.length > 0 ? here : Object.keys(commands);
  return shown.map((manager) => `  ${commands[manager]}`).join('\n');
}

export async function installPackages(missing) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const show = (line) => /^(Setting up|E:|W:|The following NEW)/.test(line);
  const run = async (args) => {
    const { ok, text } = await stream('apt-get', args, { env, show });
    // --no-remove: another Boost that somebody installed is not ours to replace.
    if (!ok) throw new Failure(`apt-get ${args[0]} failed:\n${text}\nBy hand:\n${installHint(missing)}`);
  };
  await run(['update']);
  await run(['install', '-y', '--no-install-recommends', '--no-remove', ...packagesOf(missing, 'apt').split(' ')]);
}
