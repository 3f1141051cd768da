// A headless Chromium with the console's page in it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium as driver } from 'playwright-core';

import { root } from '../docs/blocks.mjs';
import { chromium } from './prepare.mjs';

const pictures = join(root, 'out/console');

/** Chromium's sandbox does not work for root; the only pages it gets to see are ours. */
export function launch() {
  // A sanitizer's runtime that is preloaded here for the addon keeps Chromium from starting.
  const env = { ...process.env };
  delete env.LD_PRELOAD;
  return driver.launch({
    executablePath: chromium,
    chromiumSandbox: process.getuid() !== 0,
    args: ['--force-color-profile=srgb'],
    env,
  });
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

/** @param {'Shell' | 'Exec' | 'Script' | 'Plan'} kind of what the form starts */
export const chooseKind = (page, kind) => page.locator('.kinds').getByText(kind).click();

/** Starts a shell command through the form. */
export async function startShell(page, command) {
  await chooseKind(page, 'Shell');
  await page.getByLabel('Command line').fill(command);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** Starts one of examples/plans through the form. */
export async function startPlan(page, name) {
  await chooseKind(page, 'Plan');
  await page.getByLabel('Example').selectOption(name);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** The status badge of what is shown at large. */
export const statusOf = (page, status) => page.locator('main .heading .badge', { hasText: status });
