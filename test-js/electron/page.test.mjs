// examples/electron/page in Chromium, under the application's content security policy, with a stand-in for the bridge.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { launch } from '../console/browser.mjs';
import { whyNot } from '../console/prepare.mjs';

const example = new URL('../../examples/electron/', import.meta.url);
const [, policy] = /const policy =\s*"([^"]+)"/.exec(readFileSync(new URL('main.mjs', example), 'utf8'));
const types = { html: 'text/html', mjs: 'text/javascript', css: 'text/css' };
const home = 'http://local.test/';

const skip = whyNot();
let browser;
before(async () => (browser = skip === false ? await launch() : undefined));
after(() => browser?.close());

function serve(route) {
  const { pathname } = new URL(route.request().url());
  const contentType = types[pathname.split('.').pop()];
  if (contentType === undefined) return route.fulfill({ status: 404 });
  const body = readFileSync(new URL(`page${pathname}`, example));
  return route.fulfill({ body, contentType, headers: { 'content-security-policy': policy } });
}

/** In the page, before its script: what preload.cjs gives, and in `window.bridge` what the test does with it. */
function bridge() {
  const calls = [];
  let listener;
  const kept = { event_type: 'stdout', line: 'kept' };
  const old = { id: 'old', name: 'before', status: 'running', error: null, dropped: 5, lines: [kept] };
  window.engine = {
    attach: async () => ({ value: { page: 7, executions: [old] } }),
    onEvents: (given) => (listener = given),
    start: async (...args) => {
      calls.push(['start', ...args]);
      return args[1].to > 100 ? { error: { code: 'VALIDATION', message: 'too many' } } : { value: 'new' };
    },
    cancel: async (id) => (calls.push(['cancel', id]), { value: undefined }),
  };
  window.bridge = { calls, push: (events, page = 7) => listener({ page, events }) };
}

/* global document, window */
const panesIn = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('section')].map((pane) => ({
      name: pane.querySelector('strong').textContent,
      status: pane.querySelector('span').textContent,
      lines: [...pane.querySelectorAll('pre > *')].map((row) => `${row.className} ${row.textContent}`),
    })),
  );

async function openPage(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.route(`${home}**`, serve);
  await page.addInitScript(bridge);
  await page.goto(`${home}index.html`);
  await page.locator('section').waitFor();
  const push = (events, number) => page.evaluate((args) => window.bridge.push(...args), [events, number]);
  return { page, errors, push };
}

test('the page shows what has been and what comes, starts, stops, and says what went wrong', { skip }, async (t) => {
  const { page, errors, push } = await openPage(t);
  assert.deepEqual(await panesIn(page), [
    { name: 'before', status: 'running', lines: ['stderr … 5 earlier lines', 'stdout kept'] },
  ]);

  await page.getByRole('spinbutton').fill('20');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('section').nth(1).waitFor();
  const line = (event_type, text, more) => ({ event_type, execution_id: 'new', line: text, ...more });
  await push([
    { event_type: 'started', execution_id: 'new', command: 'x' },
    line('stdout', 'pro', { partial: true }),
    line('stdout', 'mpt'),
    line('stderr', '<b>not bold'),
  ]);
  await push([line('stdout', 'of the page before')], 6);
  const [pane] = await panesIn(page);
  assert.deepEqual(pane, { name: 'count', status: 'running', lines: ['stdout prompt', 'stderr <b>not bold'] });

  await page.getByRole('button', { name: 'Stop' }).first().click();
  const result = { error: 'exited with code 1' };
  await push([{ event_type: 'failed', execution_id: 'old', error: 'x', result }]);
  assert.equal((await panesIn(page))[1].status, 'failed: exited with code 1');
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 1);

  await page.getByRole('spinbutton').fill('200');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('too many').waitFor();
  assert.deepEqual(await page.evaluate(() => window.bridge.calls), [
    ['start', 'count', { to: 20 }],
    ['cancel', 'new'],
    ['start', 'count', { to: 200 }],
  ]);
  assert.deepEqual(errors, []);
});

test('a pane keeps its last lines only', { skip }, async (t) => {
  const { page, push } = await openPage(t);
  await push(Array.from({ length: 5000 }, (_, i) => ({ event_type: 'stdout', execution_id: 'old', line: String(i) })));
  const [{ lines }] = await panesIn(page);
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [2000, 'stdout 3000', 'stdout 4999']);
});

test('the policy lets no other script in', { skip }, async (t) => {
  const { page } = await openPage(t);
  const ran = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', () => resolve('refused'));
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        if (window.ran) resolve('ran');
      }),
  );
  assert.equal(ran, 'refused');
});
