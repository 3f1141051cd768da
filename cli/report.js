'use strict';

const { writeFileSync } = require('node:fs');

const { page } = require('./report/page.js');

/**
 * Writes a page about a plan that has ended: one file, no script, nothing loaded from elsewhere.
 * Only its owner may read it: it holds the output of commands.
 */
function writeReport(path, plan, board, result) {
  writeFileSync(path, page({ plan, rows: board.rows, result }), { mode: 0o600 });
}

module.exports = { writeReport };
