// Makes docs/images/console.png, the picture of the console in the documentation:
//   node test-js/console/picture.mjs

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { root } from '../docs/blocks.mjs';
import { shell, tempDir } from '../support.mjs';
import { launch, openPage, startPlan, statusOf } from './browser.mjs';
import { openConsole, start } from './client.mjs';
import { prepare } from './prepare.mjs';

const path = fileURLToPath(new URL('../../docs/images/console.png', import.meta.url));

const reason = prepare();
if (reason !== undefined) throw new Error(`The picture cannot be made: ${reason}.`);

// A home of its own, so that the picture shows nothing of this machine.
process.env.HOME = tempDir();
const directory = join(process.env.HOME, 'shop');
mkdirSync(directory);
process.chdir(directory);

const cleanups = [];
const scope = { after: (cleanup) => cleanups.unshift(cleanup) };
try {
  const browser = await launch();
  scope.after(() => browser.close());
  const console = await openConsole(scope);
  const named = (name) => ({ metadata: { tags: { name } } });
  await start(console, shell('for i in $(seq 40); do echo "migration $i"; done', named('migrate the database')));
  await start(
    console,
    shell('echo "error: connection refused" >&2; sleep 0.4; exit 7', named('check the staging host')),
  );
  await start(console, shell('while :; do echo tick; sleep 1; done', named('follow the log')));
  const options = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2, colorScheme: 'light' };
  const { page } = await openPage(scope, browser, console.url, { ...options, locale: 'en-GB' });
  await startPlan(page, 'release.json');
  await statusOf(page, 'completed').waitFor();
  await page.getByRole('button', { name: 'unit tests' }).click();
  await page.getByText('ok 18 of 18').waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement.blur()');
  mkdirSync(join(root, 'docs/images'), { recursive: true });
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
} finally {
  for (const cleanup of cleanups) await cleanup();
}
