'use strict';

/** The command has ended, or has closed its input: nothing is left to feed. */
const nobodyReads = new Set(['NOT_RUNNING', 'NOT_FOUND', 'IO', 'ENGINE_CLOSED']);

/**
 * Passes a stream on to a command's input, as fast as the command reads, and its end too.
 * @param {import('../lib/engine.js').ExecutionEngine} engine
 * @param {string} id of a request with `stdin: { type: 'pipe' }`
 * @param {AsyncIterable<Uint8Array> & { destroy(): void }} source
 */
async function feedStdin(engine, id, source) {
  try {
    for await (const chunk of source) await engine.writeStdin(id, chunk);
    await engine.closeStdin(id);
  } catch (error) {
    if (nobodyReads.has(error?.code)) return;
    // The stream itself failed: for the command that is the end of its input.
    await engine.closeStdin(id).catch(() => {});
  } finally {
    source.destroy();
  }
}

module.exports = { feedStdin };
