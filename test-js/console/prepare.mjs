// Debian's Chromium for the tests that look at the page.

import { whyNoPackage } from '../debian.mjs';

export const chromium = '/usr/bin/chromium';

/** @returns {string | undefined} why the tests cannot run here; undefined: they can */
export const prepare = () => whyNoPackage(chromium, 'chromium');

/** For the `skip` of tests: false, or the reason, which is printed. */
export function whyNot() {
  const reason = prepare();
  if (reason !== undefined) console.log(`The tests with Chromium are skipped: ${reason}.`);
  return reason ?? false;
}
