'use strict';

const picocolors = require('picocolors');

const { checkEngine } = require('./doctor/engine.js');
const { checkHost } = require('./doctor/host.js');
const { checkLogDir } = require('./doctor/log_dir.js');
const { exitCodes } = require('./exit_codes.js');
const { logDirOf } = require('./log_dir.js');
const { print } = require('./output.js');

/**
 * A check: { name, state: "ok" | "note" | "missing", found, essential }.
 * "note" is something to know that hinders nothing essential; only an essential "missing" fails the doctor.
 */
const marks = { ok: ['green', '✓'], note: ['yellow', '!'], missing: ['red', '✗'] };

/** @returns {Promise<number>} the exit code */
async function doctor(options) {
  const checks = [...checkHost(), ...(await checkEngine()), checkLogDir(logDirOf(options))];
  const healthy = !checks.some(({ state, essential }) => state === 'missing' && essential);
  const lost = await print(options.json ? `${JSON.stringify({ healthy, checks })}\n` : text(checks, healthy));
  return lost ?? (healthy ? exitCodes.ok : exitCodes.failed);
}

function text(checks, healthy) {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, state, found }) => {
    const [paint, mark] = marks[state];
    return `${picocolors[paint](mark)} ${name.padEnd(width)}  ${found}`;
  });
  const verdict = healthy
    ? picocolors.green('everything essential works')
    : picocolors.red('something essential is missing');
  return `${lines.join('\n')}\n\n${verdict}\n`;
}

module.exports = { doctor };
