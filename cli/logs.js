'use strict';

const { closeSync, constants, createReadStream, fstatSync, openSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { pipeline } = require('node:stream/promises');

const { ExecutionError } = require('../lib/errors.js');

const { exitCodes, ofSignal } = require('./exit_codes.js');
const { logDirOf } = require('./log_dir.js');
const { print } = require('./output.js');

const logName = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.log$/;
/** How many a list without an id shows. */
const listed = 20;

/** The ids of all logs in the directory: regular files, since the engine writes to nothing else there. */
function idsIn(dir) {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() && logName.exec(entry.name)?.[1]) || []);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw new ExecutionError('LOG_READ_FAILED', `cannot list ${dir}: ${error.message}`, { cause: error });
  }
}

/** The one id that begins with this. */
function resolveId(dir, beginning) {
  const wanted = beginning.toLowerCase();
  if (!/^[0-9a-f-]{4,36}$/.test(wanted)) {
    throw new ExecutionError(
      'NOT_FOUND',
      `"${beginning}" is not an execution id: it must be a UUID or 4 or more characters of its beginning`,
    );
  }
  const found = idsIn(dir).filter((id) => id.startsWith(wanted));
  if (found.length === 1) return found[0];
  const what =
    found.length === 0
      ? `there is no log of ${beginning} in ${dir}`
      : `${found.length} logs begin with ${beginning}: ${found.slice(0, 5).join(', ')}`;
  throw new ExecutionError('NOT_FOUND', what, { execution_id: beginning });
}

function describeLatest(dir) {
  const rows = idsIn(dir).flatMap((id) => {
    try {
      const { mtimeMs, size } = statSync(join(dir, `${id}.log`));
      return [{ id, mtimeMs, size }];
    } catch {
      // Removed since it was listed.
      return [];
    }
  });
  rows.sort((a, b) => b.mtimeMs - a.mtimeMs);
  const lines = rows
    .slice(0, listed)
    .map(
      ({ id, mtimeMs, size }) =>
        `${id}  ${new Date(mtimeMs).toISOString().slice(0, 19)}Z  ${String(size).padStart(10)} bytes`,
    );
  if (rows.length > listed) lines.push(`… and ${rows.length - listed} older ones in ${dir}`);
  return rows.length === 0 ? `there are no logs in ${dir}\n` : `${lines.join('\n')}\n`;
}

/** With the same care the engine writes it with: what has its name now need not be what was listed. */
function openLog(path) {
  let fd;
  try {
    // To open a FIFO would wait for a writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) throw new Error('it is not a regular file');
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw new ExecutionError('LOG_READ_FAILED', `cannot read ${path}: ${error.message}`, { cause: error });
  }
}

/** Shows one log, or lists the latest. @returns {Promise<number>} the exit code */
async function logs(beginning, options) {
  const dir = logDirOf(options);
  if (beginning === undefined) return (await print(describeLatest(dir))) ?? exitCodes.ok;
  const path = join(dir, `${resolveId(dir, beginning)}.log`);
  const fd = openLog(path);
  try {
    await pipeline(createReadStream(path, { fd }), process.stdout, { end: false });
  } catch (error) {
    if (error.code === 'EPIPE') return ofSignal('SIGPIPE');
    throw error;
  }
  return exitCodes.ok;
}

module.exports = { logs, openLog };
