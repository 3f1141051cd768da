// An engine of lib/ on top of a native side that the test plays.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

process.env.CLOUDOPS_NATIVE_PATH = fileURLToPath(new URL('fake_native.cjs', import.meta.url));
const { NativeEngine } = createRequire(import.meta.url)('./fake_native.cjs');

export const { ExecutionEngine, ExecutionError, ValidationError, ConsoleHandler, JsonLinesHandler, loadConfigFromEnv } =
  await import('../../lib/index.mjs');

export const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

/** @returns the engine and its native side */
export function fakeEngine(config) {
  const engine = new ExecutionEngine(config);
  return { engine, native: NativeEngine.last };
}
export const lastNative = () => NativeEngine.last;

/** One turn of the event loop: all that was resolved has run. */
export const turn = () => new Promise(setImmediate);
