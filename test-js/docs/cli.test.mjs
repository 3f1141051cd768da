// docs/cli.md tells of every command, option and exit code that the command line tool has.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/cli.md', root), 'utf8');
const helpOf = (...command) =>
  execFileSync(process.execPath, [fileURLToPath(new URL('bin/cloudops-exec.js', root)), ...command, '--help'], {
    encoding: 'utf8',
  });
const [, listed] = helpOf().split('Commands:');
const commands = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name).filter((name) => name !== 'help');

test('every command has its row', () => {
  assert.ok(commands.length >= 5, String(commands));
  for (const name of commands) assert.match(page, new RegExp(`^\\| \`${name}\\b`, 'm'), name);
});

test('every option has its row, under the commands that take it', () => {
  const rows = page.split('\n').filter((line) => /^\| `-/.test(line));
  for (const name of commands) {
    const options = [...helpOf(name).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
    for (const option of options.filter((each) => each !== '--help')) {
      const told = rows.some((row) => {
        const [spelled, takers] = row.split(' | ');
        if (!new RegExp(`${option}[\` ]`).test(spelled)) return false;
        return takers.startsWith('all but') ? !takers.includes(`\`${name}\``) : takers.includes(`\`${name}\``);
      });
      assert.ok(told, `${name} ${option}`);
    }
  }
});

test('every exit code of the tool’s own is in the table', () => {
  const { exitCodes } = createRequire(import.meta.url)('../../cli/exit_codes.js');
  for (const code of Object.values(exitCodes)) assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'), String(code));
});
