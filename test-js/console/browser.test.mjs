// The page in a headless Chromium, as a person uses it. Screenshots go to out/console.

/* global document, getComputedStyle, requestAnimationFrame, window */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  exec,
  killAfter,
  marker,
  sanitized,
  shell,
  tempDir,
  until,
  waitUntilGone,
  waitUntilPresent,
} from '../support.mjs';
import { chooseKind, launch, openPage, picture, startPlan, startShell, statusOf } from './browser.mjs';
import { openConsole, start } from './client.mjs';
import { whyNot } from './prepare.mjs';

const skip = whyNot();

describe('the page', { skip }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /** A console and a page that shows it. At the end the page must have reported no error. */
  async function open(t, options) {
    const console = await openConsole(t);
    const { page, errors } = await openPage(t, browser, console.url, options);
    return { console, page, errors };
  }

  const lineTexts = (page) => page.locator('.line > :last-child').allTextContents();
  const factOf = (page, word) => page.locator('.facts div', { hasText: word }).locator('dd').textContent();

  test('runs a shell command and shows its lines, exit code, time, CPU and memory', async (t) => {
    const { page, errors } = await open(t);
    await startShell(page, 'echo one; echo two >&2; exit 3');
    await statusOf(page, 'failed').waitFor();
    await until(async () => (await lineTexts(page)).length === 2, 5000, 'two lines');
    assert.deepEqual((await lineTexts(page)).sort(), ['one', 'two']);
    assert.equal(await page.locator('.line.err > :last-child').textContent(), 'two');
    assert.equal(await factOf(page, 'Exit'), '3');
    assert.match(await factOf(page, 'Duration'), /^\d+ ms$|^\d+\.\d s$/);
    assert.match(await factOf(page, 'CPU'), /^\d+ ms$/);
    assert.match(await factOf(page, 'Peak memory'), /^[\d.]+ [kM]B$/);
    assert.equal(await factOf(page, 'Output'), '8 B');
    assert.equal(await page.locator('nav button').count(), 1);
    assert.match(await page.locator('nav .meta').textContent(), /^failed · exit 3 · /);
    await picture(page, 'shell');
    assert.deepEqual(errors, []);
  });

  test('runs programs and scripts, with arguments and options', async (t) => {
    const { page, errors } = await open(t);
    const dir = tempDir();
    await chooseKind(page, 'Exec');
    await page.getByLabel('Program').fill('printf');
    await page.getByLabel('Arguments').fill('<%s>\na b\n$HOME');
    await page.getByText('Options').click();
    await page.getByLabel('Name in the list').fill('arguments');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await statusOf(page, 'completed').waitFor();
    await until(async () => (await lineTexts(page))[0] === '<a b><$HOME>', 5000, 'the arguments as they are');
    assert.equal(await page.locator('h2').textContent(), 'arguments');

    await chooseKind(page, 'Script');
    await page.getByLabel('Script file').fill('/bin/sh');
    await page.getByLabel('Interpreter').fill('echo');
    await page.getByLabel('Working directory').fill(dir);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await until(async () => /^\/bin\/sh/.test((await lineTexts(page))[0]), 5000, 'the interpreter to be used');
    assert.deepEqual(errors, []);
  });

  test('tells what is wrong with a request beside its field', async (t) => {
    const { page } = await open(t);
    await page.getByText('Options').click();
    await page.getByLabel('Command line').fill('true');
    await page.getByLabel('Working directory').fill('/no/such/place');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('alert').getByText('/no/such/place').waitFor();
    const field = page.getByLabel('Working directory');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    await picture(page, 'refused');

    await chooseKind(page, 'Plan');
    await page.getByRole('textbox', { name: 'Plan' }).fill('{ "description": ');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('alert').getByText('This is not JSON').waitFor();
    assert.equal(await page.locator('nav button').count(), 0);
  });

  test('cancels', async (t) => {
    const { page, errors } = await open(t);
    const mark = killAfter(t, marker());
    await startShell(page, `echo begun; sleep ${mark}`);
    await waitUntilPresent(mark, 1);
    await page.getByText('begun', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await statusOf(page, 'cancelled').waitFor();
    await waitUntilGone(mark);
    assert.match(await page.locator('.heading .note').textContent(), /sent SIGTERM after/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor({ state: 'hidden' });
    assert.deepEqual(errors, []);
  });

  test('shows a plan over time, its commands, and the output of the one that is chosen', async (t) => {
    const { page, errors } = await open(t);
    await startPlan(page, 'release.json');
    await page.locator('.timeline .bar.running').first().waitFor();
    await page.locator('.timeline .bar').nth(3).waitFor();
    await picture(page, 'plan-running');
    await statusOf(page, 'completed').waitFor();
    assert.equal(await page.locator('.timeline .bar.completed').count(), 7);
    assert.equal(await page.locator('.timeline .arrow').count(), 8, 'one for each dependency');
    const lefts = await page
      .locator('.timeline .bar')
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('x'))));
    for (const [later, earlier] of [
      [1, 0],
      [4, 1],
      [4, 2],
      [5, 4],
      [6, 5],
    ])
      assert.ok(lefts[later] > lefts[earlier]);

    await page.locator('.timeline .row').nth(2).click();
    await page.getByText('ok 18 of 18').waitFor();
    await page.getByRole('button', { name: 'docs' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('12 pages').waitFor();
    assert.equal(await page.getByRole('button', { name: 'docs' }).getAttribute('aria-pressed'), 'true');
    const memory = await page.locator('td.memory').allTextContents();
    assert.equal(memory.length, 7);
    for (const text of memory) assert.match(text, /^[\d.]+ [kM]B$/);
    assert.equal(await page.locator('nav button').count(), 1, 'its commands are not in the list by themselves');
    await picture(page, 'plan');
    assert.deepEqual(errors, []);
  });

  test('shows what of a plan failed, crashed, took too long and never ran, in the dark too', async (t) => {
    const { page, errors } = await open(t, { colorScheme: 'dark' });
    await startPlan(page, 'troubled.json');
    await statusOf(page, 'failed').waitFor();
    assert.deepEqual(await page.locator('tbody .badge').allTextContents(), [
      'completed',
      'failed',
      'timeout',
      'failed',
      'cancelled',
      'cancelled',
    ]);
    assert.equal(await page.getByText('did not run').count(), 2);
    // A preloaded sanitizer answers SIGSEGV in the child, which then exits.
    if (!sanitized) assert.equal(await page.getByRole('cell', { name: 'SIGSEGV' }).count(), 1);
    const back = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.ok(
      back.match(/\d+/g).every((part) => Number(part) < 64),
      back,
    );
    await picture(page, 'plan-dark');
    assert.deepEqual(errors, []);
  });

  test('100,000 lines: few rows in the document, no long silence, the last line in sight', async (t) => {
    const { page, errors } = await open(t);
    await page.evaluate(() => {
      window.longest = 0;
      let last = performance.now();
      const tick = (now) => {
        window.longest = Math.max(window.longest, now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    await startShell(page, 'seq -f "line %.0f of the hundred thousand, with some more text to it" 1 100000');
    await page.getByText('100,000 lines', { exact: true }).waitFor();
    await page.getByText('line 100000 of the hundred thousand').waitFor();
    const longest = await page.evaluate(() => window.longest);
    console.log(`longest time between two frames: ${Math.round(longest)} ms`);
    assert.ok(longest < 1500, `${longest} ms between two frames`);
    assert.ok((await page.locator('.line').count()) < 200);
    assert.ok((await page.locator('*').count()) < 1000);
    await picture(page, 'lines');

    // Its own keys scroll it; going up stops following.
    await page.getByRole('region', { name: 'Output' }).locator('.lines').focus();
    await page.keyboard.press('Home');
    await page.getByText('line 1 of the hundred thousand').waitFor();
    assert.equal(await page.getByLabel('Follow').isChecked(), false);
    await page.locator('.lines').evaluate((list) => (list.scrollTop = list.scrollHeight / 2));
    await page
      .getByText(/^line 500\d\d of/)
      .first()
      .waitFor();
    await page.keyboard.press('End');
    await page.getByText('line 100000 of the hundred thousand').waitFor();
    await until(() => page.getByLabel('Follow').isChecked(), 2000, 'it follows again');
    assert.deepEqual(errors, []);
  });

  test('hostile text stays text, wherever it is shown', async (t) => {
    const { console, page, errors } = await open(t);
    const hostile = '<script>window.taken=1</script><img src=x onerror="window.taken=1"><b onclick=1>';
    const named = (description) => ({ metadata: { tags: { name: description } } });
    const plan = {
      description: hostile,
      strategy: { type: 'serial' },
      commands: [exec('echo', [hostile], named(hostile))],
    };
    await start(console, plan);
    await start(console, exec('echo', [hostile, '\u202e', '\x1b[31mred\x1b[0m']));
    for (let i = 0; i < 2; i++) {
      await page.locator('nav button').nth(i).click();
      await statusOf(page, 'completed').waitFor();
      await page.locator('.line', { hasText: hostile }).waitFor();
      await picture(page, `hostile-${i}`);
    }
    const shown = (await page.locator('body').textContent()).split(hostile).length - 1;
    assert.ok(shown >= 4, `${shown} times as text`);
    assert.equal(await page.locator('main :is(script, img, b), nav :is(script, img, b)').count(), 0);
    assert.equal(await page.evaluate(() => window.taken), undefined);
    // The browser itself would refuse text as HTML.
    const refused = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>x</b>';
        return false;
      } catch {
        return true;
      }
    });
    assert.ok(refused);
    assert.deepEqual(
      errors.filter((text) => !text.includes('TrustedHTML')),
      [],
    );
  });

  test('a reload, and a page that comes later, see what runs and what is over', async (t) => {
    const { console, page, errors } = await open(t);
    const mark = killAfter(t, marker());
    await start(console, shell('echo earlier'));
    await startShell(page, `echo begun; sleep ${mark}`);
    await page.getByText('begun', { exact: true }).waitFor();
    await page.reload();
    await statusOf(page, 'running').waitFor();
    await page.getByText('begun', { exact: true }).waitFor();
    assert.equal(await page.locator('nav button').count(), 2);
    const { page: other } = await openPage(t, browser, console.url);
    await other.locator('nav button').first().click();
    await other.getByText('begun', { exact: true }).waitFor();
    await other.getByRole('button', { name: 'Cancel', exact: true }).click();
    await statusOf(page, 'cancelled').waitFor();
    assert.deepEqual(errors, []);
  });

  test('a hidden page reads nothing; shown again it has everything once', async (t) => {
    const { console, page, errors } = await open(t);
    const hide = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await startShell(page, 'seq 1 500; cat');
    await page.getByText('500 lines', { exact: true }).waitFor();
    await hide(true);
    await start(console, shell('seq 1 70000; echo while nobody looked'));
    await hide(false);
    await page.getByText('connected', { exact: true }).waitFor();
    await page.locator('nav button').nth(1).waitFor();
    await page.getByText('500 lines', { exact: true }).waitFor();
    await page.locator('nav button').first().click();
    await page.getByText('70,001 lines', { exact: true }).waitFor();
    assert.deepEqual(errors, []);
  });

  test('a server that ends is told, and not as an error of the page', async (t) => {
    const { console, page } = await open(t);
    await console.close();
    await page.getByText('connection lost; trying again').waitFor();
    await picture(page, 'lost');
  });

  test('everything is reached by the keyboard and has a name', async (t) => {
    const { console, page } = await open(t);
    await page.getByLabel('Command line').focus();
    await page.keyboard.type('echo typed');
    await page.keyboard.press('Control+Enter');
    await page.locator('.line', { hasText: 'typed' }).waitFor();
    await start(console, shell('echo second'));
    await page.locator('nav button').nth(1).waitFor();
    await page.locator('nav button').first().focus();
    await page.keyboard.press('ArrowDown');
    assert.ok(
      await page
        .locator('nav button')
        .nth(1)
        .evaluate((element) => element === document.activeElement),
    );

    for (const kind of ['shell', 'exec', 'script', 'plan']) {
      await page.locator(`input[value=${kind}]`).focus();
      await page.keyboard.press('Space');
      const unnamed = await page.locator('button, input, select, textarea').evaluateAll((controls) =>
        controls
          .filter((control) => control.checkVisibility())
          .filter((control) => !(control.labels?.length > 0) && control.textContent.trim() === '')
          .map((control) => control.outerHTML),
      );
      assert.deepEqual(unnamed, [], kind);
    }
  });
});
