// The page that `plan --report` writes, in a browser.
/* global document, getComputedStyle */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { launch } from '../console/browser.mjs';
import { whyNot } from '../console/prepare.mjs';
import { tempDir, tempFile } from '../support.mjs';
import { run } from './cli.mjs';

const skip = whyNot();
let browser;
before(async () => (browser = skip === false ? await launch() : undefined));
after(() => browser?.close());

const sleep = (name, seconds) => ({
  command: { type: 'exec', program: 'sleep', args: [seconds] },
  metadata: { tags: { name } },
});

async function openReport(t, plan, viewport) {
  const path = join(tempDir(), 'report.html');
  await run(t, ['plan', tempFile('plan.json', JSON.stringify(plan)), '--report', path]);
  const page = await browser.newPage({ viewport });
  t.after(() => page.close());
  await page.goto(pathToFileURL(path).href);
  return page;
}

const plan = {
  description: 'one after another',
  strategy: { type: 'dependency_graph', dependencies: { 1: [0], 2: [0] } },
  commands: [sleep('first', '0.2'), sleep('second', '0.2'), sleep('a name of some length, as names are', '0.6')],
};

test('on a telephone the table and the timeline are moved, not the page', { skip }, async (t) => {
  const page = await openReport(t, plan, { width: 400, height: 800 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
  const widths = await page.$$eval('.wide, .chart', (boxes) => boxes.map((box) => [box.scrollWidth, box.clientWidth]));
  assert.equal(widths.length, 2);
  for (const [content, box] of widths) assert.ok(content > box, 'all of it can be reached');
});

test('a heading stands over its numbers', { skip }, async (t) => {
  const page = await openReport(t, plan, { width: 1200, height: 800 });
  const columns = await page.evaluate(() => {
    const align = (cell) => getComputedStyle(cell).textAlign;
    const [first] = document.querySelectorAll('tbody tr');
    return [...document.querySelectorAll('thead th')].map((th, i) => [align(th), align(first.cells[i])]);
  });
  assert.equal(columns.filter(([heading]) => heading === 'right').length, 6);
  for (const [heading, cell] of columns) assert.equal(heading === 'right', cell === 'right');
});
