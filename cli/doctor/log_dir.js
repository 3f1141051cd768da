'use strict';

const { accessSync, constants, existsSync, lstatSync, mkdirSync, rmdirSync } = require('node:fs');
const { dirname, resolve } = require('node:path');

/** Whether logs can be written there, and who else could read them. */
function checkLogDir(dir) {
  const check = (state, found) => ({ name: 'log directory', state, found: `${dir}: ${found}`, essential: false });
  let stat;
  try {
    stat = lstatSync(dir);
  } catch (error) {
    if (error.code !== 'ENOENT') return check('missing', error.message);
    const reason = whyNotMade(dir);
    return reason === undefined ? check('ok', 'will be made with mode 0700') : check('missing', reason);
  }
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  if (stat.isSymbolicLink()) return check('missing', 'is a symbolic link, which is never followed');
  if (!stat.isDirectory()) return check('missing', 'is not a directory');
  if (stat.uid !== process.getuid())
    return check('missing', `belongs to user ${stat.uid}, so nothing is written there`);
  if (!canWrite(dir)) return check('missing', `cannot be written to (mode ${mode})`);
  return (stat.mode & 0o077) === 0
    ? check('ok', `mode ${mode}`)
    : check('note', `mode ${mode}: others can look into it`);
}

/** Found out by making it: permissions alone do not tell of a file system that is read-only or not for files. */
function whyNotMade(dir) {
  const missing = [];
  for (let path = resolve(dir); !existsSync(path); path = dirname(path)) missing.unshift(path);
  const made = [];
  try {
    // One by one: in /proc, mkdirSync with `recursive` tries for ever.
    for (const path of missing) {
      mkdirSync(path, { mode: 0o700 });
      made.unshift(path);
    }
    return undefined;
  } catch (error) {
    return `cannot be made: ${error.message}`;
  } finally {
    remove(made);
  }
}

function remove(dirs) {
  try {
    for (const path of dirs) rmdirSync(path);
  } catch {
    // Somebody uses it already.
  }
}

function canWrite(dir) {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports = { checkLogDir };
