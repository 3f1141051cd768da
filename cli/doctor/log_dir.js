'use strict';

const { accessSync, constants, lstatSync } = require('node:fs');
const { dirname } = require('node:path');

/** Whether logs can be written there, and who else could read them. */
function checkLogDir(dir) {
  const check = (state, found) => ({ name: 'log directory', state, found: `${dir}: ${found}`, essential: false });
  let stat;
  try {
    stat = lstatSync(dir);
  } catch (error) {
    if (error.code !== 'ENOENT') return check('missing', error.message);
    return canWrite(dirname(dir))
      ? check('ok', 'will be made with mode 0700')
      : check('note', 'is not there; the engine tries to make it');
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

function canWrite(dir) {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports = { checkLogDir };
