// What the tests of the client share.

import { join } from 'node:path';

import { SidecarEngine } from '../../client/index.mjs';
import { tempDir } from '../support.mjs';

/** With settings for tests, and closed after the test. */
export const makeSidecar = (t, config = {}, options = undefined) =>
  openSidecar(t, { log_dir: join(tempDir(), 'logs'), kill_grace_period_ms: 300, ...config }, options);

/** Closed after the test. */
export function openSidecar(t, config, options) {
  const engine = new SidecarEngine(config, options);
  t.after(() => engine.close());
  return engine;
}
