// The tag shell`…`: what it lets in, how it quotes, what it refuses.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { shell, ValidationError } from '../../lib/index.mjs';
import { complaints } from '../schemas/support.mjs';
import { makeEngine } from '../support.mjs';
import { inShell, shells, wordsIn } from './support.mjs';

const nasty = [
  '',
  ' ',
  "it's",
  '"',
  '$HOME',
  '$(id)',
  '`id`',
  '\\',
  "\\'",
  'a\nb',
  '*',
  '~',
  '#',
  '-n',
  '!!',
  ';id',
  '&',
  'a=b',
  'if',
  '\x1b[0m',
  'ü€😀',
];

test('a request of the plain shape, with the value as one quoted word', () => {
  assert.deepEqual(shell`rm -- ${"it's"}`, { command: { type: 'shell', command: "rm -- 'it'\\''s'" } });
  assert.deepEqual(complaints('request', shell`ls ${'a'}`), []);
});

test('options are the rest of the request; the shell goes into the command', () => {
  assert.deepEqual(shell({ timeout_ms: 500, shell: 'sh' })`ls ${7}`, {
    timeout_ms: 500,
    command: { type: 'shell', command: "ls '7'", shell: 'sh' },
  });
  const tag = shell({ priority: 2 });
  assert.notDeepEqual(tag`a`, tag`b`);
});

test('the engine runs it', async (t) => {
  const { stdout } = await makeEngine(t).run(shell`printf '[%s]' ${['a b', 1, 2n]} "x ${'"y"'}"`);
  assert.equal(stdout, '[a b][1][2][x "y"]');
});

for (const name of shells) {
  describe(`in ${name}`, () => {
    test('every nasty value arrives as it is: alone, in a word, in both kinds of quotes', () => {
      for (const value of nasty) {
        const request = shell`printf '%s\\0' ${value} a${value}b "<${value}>" '<${value}>' --x=${value}`;
        const expected = [value, `a${value}b`, `<${value}>`, `<${value}>`, `--x=${value}`];
        assert.deepEqual(wordsIn(name, request), expected, request.command.command);
      }
    });

    test('random strings arrive as they are', () => {
      // Any code point but NUL, which no command can take; half a surrogate pair is not one.
      const text = fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.replaceAll('\0', ''));
      const shellText = fc.string({ unit: fc.constantFrom(...'\'"\\$`();&|<>#*?[]{}~!= \n\tab'), maxLength: 30 });
      fc.assert(
        fc.property(fc.array(fc.oneof(text, shellText), { minLength: 1, maxLength: 12 }), (values) => {
          const [first] = values;
          const words = wordsIn(name, shell`printf '%s\\0' ${values} "${first}" '${first}' ${first}`);
          assert.deepEqual(words, [...values, first, first, first]);
        }),
        { numRuns: 150 },
      );
    });

    test('values in substitutions, redirections and lists', () => {
      const [a, b] = ["a'b", '$(id)'];
      assert.equal(inShell(name, shell`x=$(printf %s ${a}); printf %s "$x" ${b} | cat`).stdout, a + b);
      assert.equal(inShell(name, shell`if [ ${a} = ${a} ]; then echo ${b}; fi # done`).stdout, `${b}\n`);
      assert.equal(inShell(name, shell`echo hi >${a} && cat ${a} && rm ${a}`).stdout, 'hi\n');
      assert.equal(inShell(name, shell`# first\nfor x in ${[a, b]}; do echo "$x"; done`).stdout, `${a}\n${b}\n`);
      assert.equal(inShell(name, shell`echo \${x:-none} $((1 + 2)) ${a}`).stdout, `none 3 ${a}\n`);
    });
  });
}

test('an array is several words, an empty one is none', () => {
  assert.equal(shell`ls ${['a b', 'c']}`.command.command, "ls 'a b' 'c'");
  assert.equal(shell`ls ${[]} x`.command.command, 'ls  x');
  assert.equal(shell`${['git', 'log']}; (${['ls']})`.command.command, "'git' 'log'; ('ls')");
});

test('numbers and bigints are text, quoted as well: a digit before > would be a descriptor', () => {
  assert.equal(shell`echo ${2}>${1n}`.command.command, "echo '2'>'1'");
});

const refusal = (make, kind, field, words) => {
  let error;
  assert.throws(make, (thrown) => ((error = thrown), true));
  assert.ok(error instanceof ValidationError, String(error));
  assert.deepEqual([error.kind, error.field], [kind, field], error.message);
  assert.match(error.message, words);
};

test('what is no text is refused, with its position', () => {
  const bad = [undefined, null, {}, true, false, NaN, Infinity, Symbol('s'), () => 1, new Date(0), shell`ls`];
  for (const value of bad) {
    refusal(
      () => shell`ls ${'a'} ${value}`,
      'WRONG_TYPE',
      'values[1]',
      /^shell: value 2, after " ", is .*; it must be/,
    );
    refusal(() => shell`ls ${['a', value]}`, 'WRONG_TYPE', 'values[0][1]', /value 1, after "ls ", item 1, is/);
  }
  refusal(() => shell`ls ${[['a']]}`, 'WRONG_TYPE', 'values[0][0]', /is an array/);
  // eslint-disable-next-line no-sparse-arrays
  refusal(() => shell`ls ${[, 'a']}`, 'WRONG_TYPE', 'values[0][0]', /is undefined/);
  refusal(() => shell`ls ${'a\0b'}`, 'INVALID_COMMAND', 'values[0]', /NUL byte at 1/);
});

test('a place where quoting does not help is refused, with what to write instead', () => {
  const value = 'v';
  const places = [
    [() => shell`echo \\${value}`, /right after a backslash/],
    [() => shell`echo "\\${value}"`, /right after a backslash/],
    [() => shell`echo $${value}`, /right after a \$/],
    [() => shell`echo "$${value}"`, /right after a \$/],
    [() => shell`echo $'${value}'`, /\$'…'/],
    [() => shell`echo \`ls ${value}\``, /\$\( \)/],
    [() => shell`echo "$(ls ${value})"`, /within double quotes/],
    [() => shell`echo \${x:-${value}}`, /\$\{…\}/],
    [() => shell`cat <<END\n${value}\nEND`, /stdin/],
    [() => shell`ls # ${value}`, /comment/],
    [() => shell`echo $((1 + ${value}))`, /arithmetic/],
    [() => shell`((x = ${value}))`, /arithmetic/],
    [() => shell`echo $[${value}]`, /arithmetic/],
    [() => shell`[[ ${value} -eq 1 ]]`, /\[\[ \]\]/],
    [() => shell`a[${value}]=1`, /subscript/],
    [() => shell`a=([${value}]=1)`, /subscript/],
    [() => shell`(# it's\nls ${value})`, /#/],
    [() => shell`cat <\\\n<E ${value}`, /operator/],
    [() => shell`echo "$\\\n(echo ${value})"`, /operator/],
    [() => shell`echo "$\\\n{x:-${value}}"`, /operator/],
    [() => shell`# one\n# ${value}`, /comment/],
    [() => shell`x[[ 1]+${value}]=1`, /subscript/],
    [() => shell`y[x[[ ]]${value}]=1`, /subscript/],
    [() => shell`[[ -z a]] || ${value} -eq 1 ]]`, /\[\[ \]\]/],
  ];
  for (const [make, words] of places) refusal(make, 'INVALID_COMMAND', 'values[0]', words);
});

test('an array is refused where several words are not what the text means', () => {
  const several = ['a', 'b'];
  const places = [
    () => shell`x=${several}`,
    () => shell`ls ${several}.txt`,
    () => shell`ls "${several}"`,
    () => shell`ls '${several}'`,
    () => shell`ls > ${several}`,
    () => shell`ls 2>&${several}`,
  ];
  for (const make of places) refusal(make, 'INVALID_COMMAND', 'values[0]', /array/);
  refusal(() => shell`ls ${'a'}${several}`, 'INVALID_COMMAND', 'values[1]', /array/);
});

test('a shell that quotes in a way of its own is refused as soon as there is a value', () => {
  refusal(() => shell({ shell: '/usr/bin/fish' })`ls ${'a'}`, 'INVALID_COMMAND', 'options.shell', /"fish"/);
  assert.equal(shell({ shell: '/usr/bin/fish' })`ls`.command.shell, '/usr/bin/fish');
  assert.equal(shell({ shell: '/bin/dash' })`ls ${'a'}`.command.shell, '/bin/dash');
});

test('what is no template is refused', () => {
  for (const make of [
    () => shell('ls'),
    () => shell(['ls']),
    () => shell(),
    () => shell({})('ls'),
    () => shell({}, 1),
  ]) {
    assert.throws(make, { code: 'VALIDATION', kind: 'WRONG_TYPE' });
  }
  assert.throws(() => shell({ command: 1 }), { kind: 'UNKNOWN_FIELD' });
  assert.throws(() => shell`echo \u{zz}`, { kind: 'INVALID_COMMAND', field: 'template' });
});

test('what ends a bracket or a word is told from what does not', () => {
  assert.throws(() => shell`echo ]; x[${'a'}]=1`, { kind: 'INVALID_COMMAND' });
  for (const stuck of [() => shell`echo [ a ]${['b', 'c']}`, () => shell`echo ""${['a', 'b']}`])
    assert.throws(stuck, ValidationError);
  assert.equal(shell`cat <<< ${'a'}`.command.command, "cat <<< 'a'");
});
