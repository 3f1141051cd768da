// Checks the direction of includes, and that the lists of files are complete: the rules that ARCHITECTURE.md explains.
//   node scripts/check-layering.mjs              checks the project
//   node scripts/check-layering.mjs --self-test  shows that every rule can fail

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { isMain, root } from './support.mjs';
import { listedSources, sourcesInTree } from './sources.mjs';

const stages = ['validate', 'schedule', 'spawn', 'stream', 'settle', 'store', 'codec'];
const stageOf = (path) => /^(?:src\/)?core\/([^/]+)\//.exec(path)?.[1];
const isStage = (path) => stages.includes(stageOf(path));
const inCore = (path) => path.startsWith('src/core/');

/** Rules over one include: `path` is a file of src/, `include` what it names. True is a violation. */
const includeRules = [
  {
    name: 'src/core knows nothing of Node: no napi.h, node_api.h, node.h, v8.h, uv.h',
    broken: (path, include) => inCore(path) && /^(napi|node_api|js_native_api|node|v8|uv)\b.*\.h$/.test(include),
    wrong: ['src/core/engine.cpp', 'node_api.h'],
  },
  {
    name: 'only src/binding includes napi.h',
    broken: (path, include) => !path.startsWith('src/binding/') && /^napi(-inl)?\.h$/.test(include),
    wrong: ['src/guard/guard.c', 'napi.h'],
  },
  {
    name: 'src/core does not include src/binding',
    broken: (path, include) => inCore(path) && /(^|\/)binding\//.test(include),
    wrong: ['src/core/engine.cpp', 'binding/addon.hpp'],
  },
  {
    name: 'a stage includes itself, core/model and core/os, nothing else of the core',
    broken: (path, include) =>
      isStage(path) && include.startsWith('core/') && ![stageOf(path), 'model', 'os'].includes(stageOf(include)),
    wrong: ['src/core/spawn/launcher.cpp', 'core/stream/capture.hpp'],
  },
  {
    name: 'core/os includes itself and core/model; core/model includes itself',
    broken: (path, include) =>
      (stageOf(path) === 'os' && include.startsWith('core/') && !['os', 'model'].includes(stageOf(include))) ||
      (stageOf(path) === 'model' && include.startsWith('core/') && stageOf(include) !== 'model'),
    wrong: ['src/core/model/result.cpp', 'core/os/system.hpp'],
  },
  {
    name: 'only core/codec includes nlohmann/json',
    broken: (path, include) => include.startsWith('nlohmann/') && stageOf(path) !== 'codec',
    wrong: ['src/core/engine.cpp', 'nlohmann/json.hpp'],
  },
  {
    name: 'Boost.Process is included by core/spawn/boost_process.hpp alone',
    broken: (path, include) => include.startsWith('boost/process') && path !== 'src/core/spawn/boost_process.hpp',
    wrong: ['src/core/spawn/launcher.hpp', 'boost/process/v2/process.hpp'],
  },
  {
    name: 'includes are written from src/ on: "core/…", never "../…"',
    broken: (path, include) => include.startsWith('.'),
    wrong: ['src/core/spawn/launcher.cpp', '../engine.hpp'],
  },
];

/** Rules over one require() of JavaScript: `path` is a file, `required` the file that it names. True is a violation. */
const requireRules = [
  {
    name: 'lib requires nothing of client or cli, client nothing of cli',
    broken: (path, required) =>
      (path.startsWith('lib/') && /^(client|cli)\//.test(required)) ||
      (path.startsWith('client/') && required.startsWith('cli/')),
    wrong: ['client/connection.js', 'cli/output.js'],
  },
];

/** Rules over the whole tree; each returns a sentence per violation. */
const treeRules = [
  {
    name: 'sources.json lists exactly the files of src/core and src/binding (npm run sources)',
    violations: (tree) => [
      ...without(tree.sources, tree.listed).map((path) => `${path} is not in sources.json`),
      ...without(tree.listed, tree.sources).map((path) => `sources.json lists ${path}, which does not exist`),
    ],
    wrong: [{ sources: ['src/core/new.cpp'], listed: ['src/core/old.cpp'] }, 2],
  },
  {
    name: 'no file of src or lib has more than 300 lines',
    violations: ({ lineCounts }) =>
      [...lineCounts].filter(([, lines]) => lines > 300).map(([path, lines]) => `${path} has ${lines} lines`),
    wrong: [{ lineCounts: new Map([['src/core/engine.cpp', 301]]) }, 1],
  },
  {
    name: 'ARCHITECTURE.md names every file of src and lib',
    violations: ({ architecture, named }) =>
      named.filter((path) => !names(architecture, path)).map((path) => `${path} is not named`),
    wrong: [
      {
        architecture: 'the engine x\n  `engine` starts\n  timer.hpp waits',
        named: ['src/core/engine.cpp', 'src/core/timer.hpp', 'src/core/timer_x.cpp', 'src/core/x.cpp'],
      },
      2,
    ],
  },
];

const without = (all, some) => all.filter((path) => !some.includes(path));

// By its path, or by its name as a word of its own; x.hpp and x.cpp together as `x`, or as x at the start of a line.
function names(text, path) {
  const file = path.split('/').pop();
  const stem = file.replace(/\.(hpp|cpp)$/, '');
  const fileAlone = new RegExp(`(^|[^\\w.-])${file.replaceAll('.', '\\.')}($|[^\\w-])`, 'm');
  const stemAlone = new RegExp(`\`${stem}\`|^[ \\t│├└─|+-]*${stem}(  |$)`, 'm');
  return text.includes(path) || fileAlone.test(text) || (stem !== file && stemAlone.test(text));
}

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}

function requiresOf(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/\brequire\('(\.[^']+)'\)/g)].map((match) => join(path, '..', match[1]));
}

function includesOf(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]/gm)].map((match) => match[1]);
}

/** Every rule's name with what breaks it. */
export function checkLayering() {
  const src = filesUnder('src');
  const lib = filesUnder('lib');
  const code = src.filter((path) => /\.(c|h|cpp|hpp)$/.test(path));
  const requires = ['lib', 'client', 'cli']
    .flatMap(filesUnder)
    .flatMap((path) => requiresOf(path).map((required) => [path, required]));
  const includes = code.flatMap((path) => includesOf(path).map((include) => [path, include]));
  const lines = (path) => readFileSync(join(root, path), 'utf8').split('\n').length - 1;
  const architecture = join(root, 'ARCHITECTURE.md');
  const tree = {
    sources: Object.values(sourcesInTree()).flat(),
    listed: ['core', 'binding'].flatMap((part) => listedSources()[part]),
    lineCounts: new Map([...code, ...lib].map((path) => [path, lines(path)])),
    architecture: existsSync(architecture) ? readFileSync(architecture, 'utf8') : '',
    named: [...code, ...lib],
  };
  return [
    ...includeRules.map(({ name, broken }) => ({
      name,
      violations: includes.filter((pair) => broken(...pair)).map(([path, include]) => `${path} includes ${include}`),
    })),
    ...requireRules.map(({ name, broken }) => ({
      name,
      violations: requires.filter((pair) => broken(...pair)).map(([path, required]) => `${path} requires ${required}`),
    })),
    ...treeRules.map(({ name, violations }) => ({ name, violations: violations(tree) })),
  ];
}

/** Rules that let a made-up violation pass. */
export function toothlessRules() {
  return [
    ...[...includeRules, ...requireRules].filter(({ broken, wrong }) => !broken(...wrong)),
    ...treeRules.filter(({ violations, wrong: [tree, count] }) => violations(tree).length !== count),
  ].map(({ name }) => name);
}

if (isMain(import.meta.url)) {
  const toothless = toothlessRules();
  for (const name of toothless) console.log(`✗ this rule cannot fail: ${name}`);
  if (process.argv.includes('--self-test')) {
    console.log(
      `${includeRules.length + requireRules.length + treeRules.length - toothless.length} rules can fail, ${toothless.length} cannot`,
    );
    process.exit(toothless.length === 0 ? 0 : 1);
  }
  const rules = checkLayering();
  for (const { name, violations } of rules) {
    console.log(`${violations.length === 0 ? '✓' : '✗'} ${name}`);
    for (const violation of violations) console.log(`    ${violation}`);
  }
  const failed = rules.filter(({ violations }) => violations.length > 0).length + toothless.length;
  console.log(`${rules.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
