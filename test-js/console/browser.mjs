// A headless Chromium with the console's page in it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium as driver } from 'playwright-core';

import { startConsole } from '../../examples/console/console.mjs';
import { root } from '../docs/blocks.mjs';
import { tempDir } from '../support.mjs';
import { chromium } from './prepare.mjs';

const pictures = join(root, 'out/console');

/** Chromium's sandbox does not work for root; the only pages it gets to see are ours. */
export const launch = () =>
  driver.launch({
    executablePath: chromium,
    chromiumSandbox: process.getuid() !== 0,
    args: ['--force-color-profile=srgb'],
  });

/** A console of its own for a test. */
export async function openConsole(t, options = {}) {
  const console = await startConsole({ ...options, config: { log_dir: join(tempDir(), 'logs'), ...options.config } });
  t.after(() => console.close());
  return console;
}

/**
 * A page that shows the console. What the page itself reports as an error is kept in `errors`: a broken rule of the
 * Content-Security-Policy is among them.
 */
export async function openPage(t, browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(url);
  await page.getByText('connected', { exact: true }).waitFor();
  return { page, errors };
}

export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** Starts a shell command through the form. */
export async function startShell(page, command) {
  await page.getByRole('radio', { name: 'Shell' }).check({ force: true });
  await page.getByLabel('Command line').fill(command);
  await page.getByRole('button', { name: 'Run' }).click();
}

/** Starts one of examples/plans through the form. */
export async function startPlan(page, name) {
  await page.getByRole('radio', { name: 'Plan' }).check({ force: true });
  await page.getByLabel('Example').selectOption(name);
  await page.getByRole('button', { name: 'Run' }).click();
}

/** The status badge of what is shown at large. */
export const statusOf = (page, status) => page.locator('main .heading .badge', { hasText: status });
