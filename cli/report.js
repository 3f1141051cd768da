'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const { basename, dirname, join } = require('node:path');

const { ExecutionError } = require('../lib/errors.js');

const { page } = require('./report/page.js');

/**
 * Writes a page about a plan that has ended: one file, no script, nothing loaded from elsewhere.
 * Only its owner may read it, whoever could read what was there before: it holds the output of commands.
 * @throws {ExecutionError} IO; what was there before is still there
 */
function writeReport(path, plan, board, result) {
  const html = page({ plan, rows: board.rows, result });
  orTell(path, () => {
    const { file, device } = placeOf(path);
    if (device !== undefined) fs.writeFileSync(device, html);
    else replace(file, html);
  });
}

/**
 * Before a plan runs, since nobody wants to hear after an hour that its report has no place.
 * @throws {ExecutionError} IO
 */
function checkReport(path) {
  orTell(path, () => placeOf(path));
}

function orTell(path, act) {
  try {
    return act();
  } catch (error) {
    throw new ExecutionError('IO', `the report cannot be written to ${path}: ${error.message}`, { cause: error });
  }
}

/**
 * Symbolic links are followed: what they point to is replaced, and they stay. A device, as a terminal or /dev/null, is
 * written to.
 * @returns {{ file?: string, device?: string }}
 */
function placeOf(path) {
  const there = fs.statSync(path, { throwIfNoEntry: false });
  if (there === undefined) {
    if (path === '' || path.endsWith('/')) throw new Error('it is not the path of a file');
    if (isLink(path)) throw new Error('it is a symbolic link to nothing');
    return { file: replaceable(path) };
  }
  if (there.isDirectory()) throw new Error('it is a directory');
  // To open a FIFO would wait for a reader.
  if (there.isFIFO()) throw new Error('it is a FIFO');
  if (there.isSocket()) throw new Error('it is a socket');
  fs.accessSync(path, fs.constants.W_OK);
  if (!there.isFile()) return { device: path };
  if ([1, 2].some((fd) => isSame(there, fd))) throw new Error('what this command says goes there');
  // Its mode is not ours to change, and in a directory such as /tmp it is not ours to replace.
  if (process.geteuid() !== 0 && there.uid !== process.geteuid()) throw new Error(`it belongs to user ${there.uid}`);
  return { file: replaceable(fs.realpathSync.native(path)) };
}

/** The same path without links in its folder: `folder/..` is not always where it seems. */
function replaceable(file) {
  const folder = fs.realpathSync.native(dirname(file));
  fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
  return join(folder, basename(file));
}

function isLink(path) {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function isSame({ dev, ino }, fd) {
  const other = fs.fstatSync(fd);
  return other.dev === dev && other.ino === ino;
}

/** All of the page or none of it is seen under its name, also when the disk is full. */
function replace(file, html) {
  const temporary = join(dirname(file), `.report-${randomUUID()}.html`);
  try {
    fs.writeFileSync(temporary, html, { mode: 0o600, flag: 'wx' });
    // Whatever the umask has left of it.
    fs.chmodSync(temporary, 0o600);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    // It is a mount point, as containers have them for single files.
    if (error.code !== 'EBUSY') throw error;
    fs.chmodSync(file, 0o600);
    fs.writeFileSync(file, html);
  }
}

module.exports = { checkReport, writeReport };
