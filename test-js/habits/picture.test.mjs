// The picture of a terminal: what is on the screen is in it, where it stands and in its color.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { record, screenOf, untilMiddle } from '../../scripts/terminal/recording.mjs';
import { svgOf } from '../../scripts/terminal/svg.mjs';
import { text } from './support.mjs';

const size = { columns: 30, rows: 6 };
const svgOfOutput = async (output) =>
  svgOf([{ title: 'a < b', screen: await screenOf(output, size) }], { ...size, description: 'R & D' });

test('a recorded program believes that it has a terminal of this size, with colors', async () => {
  const output = await record(
    `node -p '[process.stdout.columns, process.stdout.rows, process.stdout.hasColors()]'`,
    size,
  );
  assert.match(output, /30.*6.*true/s);
});

test('words stand where they stood, in their color, and what means something in XML is escaped', async () => {
  const svg = await svgOfOutput('\x1b[31mred\x1b[39m  <&>\x1b[1mbold\x1b[22m\r\n\x1b[2mdim\x1b[22m');
  assert.match(svg, /<text x="14" y="61.5" textLength="25.2" lengthAdjust="spacing" fill="#f0717b">red<\/text>/);
  assert.match(svg, /<text x="56" [^>]*>&lt;&amp;&gt;<\/text>/);
  assert.match(svg, /<text x="81.2" [^>]*font-weight="bold">bold<\/text>/);
  assert.match(svg, /<text x="14" y="79.5" [^>]*opacity="0.6">dim<\/text>/);
  assert.match(svg, /<title>R &amp; D<\/title>/);
});

test('lines and blocks are shapes', async () => {
  const svg = await svgOfOutput('┌─\x1b[32m█░\x1b[39m');
  assert.equal([...svg.matchAll(/<path d="M18.2 57H22.4M18.2 57V66"/g)].length, 1);
  assert.match(svg, /<rect x="30.8" [^>]*fill="#8fd18a" fill-opacity="1"/);
  assert.match(svg, /<rect x="39.2" [^>]*fill="#8fd18a" fill-opacity="0.25"/);
  assert.doesNotMatch(svg, />[┌─█░]+</);
});

test('what was drawn over is gone; the middle frame is one of those in between', async () => {
  const frames = ['one', 'two', 'three'].map((word) => `\x1b[?2026h\r${word}\x1b[K\x1b[?2026l`).join('');
  const shown = async (output) => (await screenOf(output, size))[0].map((run) => run.text.trim()).join('');
  assert.equal(await shown(frames), 'three');
  assert.equal(await shown(untilMiddle(frames)), 'two');
});

test('the picture in the documentation is one of both plans', () => {
  const svg = text('docs/images/plan.svg');
  for (const words of ['release.json', 'troubled.json', 'completed', 'SIGSEGV', 'not run: command 1 failed']) {
    assert.ok(svg.includes(words), words);
  }
  assert.doesNotMatch(svg, /<script|href|<image/);
});
