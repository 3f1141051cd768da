// Random programs with values that try to get out wherever they stand: what shell`…` lets through runs none of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { shell } from '../../lib/index.mjs';
import { inShell, shells, takeLeftBehind } from './support.mjs';

/** Were any of it read as code, a file would be left behind. */
const hostile = [
  '$(>out)',
  'a[$(>out)]',
  '`>out`',
  ';>out;',
  "';>out;'",
  "\\';>out;\\'",
  '";>out;"',
  '\n>out\n',
  '\nE\n>out\n',
  ')>out;(',
  "'\n>out\n'",
];

/** Where a value stands; no shell program holds it. */
const slot = '\0';
const wrap = (before, inner, after) => inner.map((text) => before + text + after);

/**
 * Programs that are mostly well-formed: nonsense is refused by the shell before it runs anything. None writes a file, and
 * none reads the variable z, which may hold a value: what a program does with its variables is up to the program.
 */
const { program } = fc.letrec((tie) => ({
  word: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: fc.constant(slot), weight: 12 },
    fc.constantFrom(
      'a',
      '$x',
      '${x}',
      '${x:-y}',
      '$#',
      '\\',
      '\\\\',
      "\\'",
      '\\"',
      '$',
      '#',
      '\\\n',
      "it\\'s",
      '$((1 + 2))',
    ),
    fc.tuple(tie('word'), tie('word')).map((two) => two.join('')),
    wrap("'", tie('word'), "'"),
    wrap('"', tie('word'), '"'),
    wrap("$'", tie('word'), "'"),
    wrap('$(echo ', tie('word'), ')'),
    wrap('"$(echo ', tie('word'), ')"'),
    wrap('`echo ', tie('word'), '`'),
    wrap('${x:-', tie('word'), '}'),
    wrap('$((', tie('word'), '))'),
    wrap('$[', tie('word'), ']'),
    wrap('[', tie('word'), ']'),
  ),
  command: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    wrap('echo ', tie('word'), ''),
    wrap('z=', tie('word'), ''),
    wrap('[ ', tie('word'), ' ]'),
    wrap('[[ ', tie('word'), ' -eq 1 ]]'),
    wrap('((', tie('word'), '))'),
    wrap('a[', tie('word'), ']=1'),
    wrap('a=([', tie('word'), ']=1)'),
    wrap('# ', tie('word'), '\n:'),
    wrap("# it's\necho ", tie('word'), ''),
    wrap('cat <<E\n', tie('word'), '\nE'),
    wrap('cat <<<', tie('word'), ''),
    wrap('case ', tie('word'), ' in a) ;; esac'),
    wrap('case a in ', tie('word'), ') ;; esac'),
    wrap('if :; then ', tie('command'), '\nfi'),
    wrap('(', tie('command'), '\n)'),
    wrap('{ ', tie('command'), '\n}'),
    wrap(': | ', tie('command'), ''),
  ),
  program: fc.array(tie('command'), { minLength: 1, maxLength: 3 }).map((some) => some.join('\n')),
}));

function requestOf(text, values) {
  const parts = text.split(slot);
  const chosen = parts.slice(1).map((_, i) => values[i % values.length]);
  try {
    return shell(Object.assign(parts, { raw: parts }), ...chosen);
  } catch (error) {
    assert.equal(error.code, 'VALIDATION');
    return undefined;
  }
}

for (const name of shells) {
  test(`in ${name} the values get out of no program that is let through`, () => {
    const some = fc.constantFrom(...hostile);
    const value = fc.oneof({ arbitrary: some, weight: 4 }, fc.array(some, { maxLength: 2 }));
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(program, fc.array(value, { minLength: 1, maxLength: 3 }), (text, values) => {
        fc.pre(text.includes(slot));
        const request = requestOf(text, values);
        seen[request === undefined ? 'refused' : 'accepted'] += 1;
        if (request === undefined) return;
        inShell(name, request);
        assert.deepEqual(takeLeftBehind(), [], request.command.command);
      }),
      { numRuns: Number(process.env.CLOUDOPS_HOSTILE_RUNS ?? 600), endOnFailure: true },
    );
    assert.ok(seen.accepted > 30 && seen.refused > 30, JSON.stringify(seen));
  });
}
