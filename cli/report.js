'use strict';

const { accessSync, constants, statSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');

const { ExecutionError } = require('../lib/errors.js');

const { page } = require('./report/page.js');

/**
 * Writes a page about a plan that has ended: one file, no script, nothing loaded from elsewhere.
 * Only its owner may read it: it holds the output of commands.
 */
function writeReport(path, plan, board, result) {
  writeFileSync(path, page({ plan, rows: board.rows, result }), { mode: 0o600 });
}

/**
 * Before a plan runs, since nobody wants to hear after an hour that its report has no place.
 * @throws {ExecutionError} IO
 */
function checkReport(path) {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Error('it is a directory');
    // To open a FIFO would wait for a reader.
    if (there?.isFIFO()) throw new Error('it is a FIFO');
    accessSync(there === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new ExecutionError('IO', `the report cannot be written to ${path}: ${error.message}`, { cause: error });
  }
}

module.exports = { checkReport, writeReport };
