'use strict';

const Table = require('cli-table3');

const { showDuration } = require('./duration.js');
const { fit, plainText } = require('./terminal_text.js');

const paints = { completed: 'green', failed: 'red', timeout: 'yellow', cancelled: 'yellow' };
/** Of a command that failed, so many of its last lines are shown. */
const tailLines = 8;
/** What the table takes beside the names. */
const otherColumns = 58;
/** A terminal narrower than this gets a table without what can be done without. */
const narrow = 72;
/** Of the columns, those are only for wider ones: start, max RSS. */
const wideOnly = [4, 6];
const narrowOtherColumns = 40;

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * What became of a plan, for a terminal or a file: a table, the last lines of what failed, one sentence.
 * @param {import('./board.js').Board} board complete
 */
function summary(board, result, color, columns) {
  const isNarrow = columns < narrow;
  const shown = (all) => (isNarrow ? all.filter((_, i) => !wideOnly.includes(i)) : all);
  const nameWidth = Math.max(8, columns - (isNarrow ? narrowOtherColumns : otherColumns));
  const table = new Table({
    head: shown(['#', 'command', 'status', 'exit', 'start', 'time', 'max RSS'].map((title) => color.bold(title))),
    colAligns: shown(['right', 'left', 'left', 'right', 'right', 'right', 'right']),
    style: { head: [], border: [], compact: true },
  });
  // Not as arguments of Math.min: a plan may have more commands than a call takes.
  const begin = board.rows.reduce((first, row) => Math.min(first, row.startedAt ?? Infinity), Infinity);
  for (const row of board.rows) table.push(shown(cells(row, begin, color, nameWidth)));
  const parts = [
    color.bold(fit(board.description, columns)),
    table.toString(),
    ...board.rows.flatMap((row) => tail(row, color, columns)),
    verdict(result, color),
  ];
  return `${parts.join('\n')}\n`;
}

function cells({ index, name, status, startedAt, result }, begin, color, nameWidth) {
  const ran = startedAt !== undefined;
  return [
    index,
    fit(name, nameWidth),
    color[paints[status]](status),
    result.signal ?? (ran ? result.exit_code : '–'),
    ran ? `+${showDuration(startedAt - begin)}` : '–',
    ran ? showDuration(result.duration_ms) : '–',
    result.resource_usage === null ? '–' : megabytes(result.resource_usage.max_rss_bytes),
  ];
}

function tail({ index, name, status, result }, color, columns) {
  if (result.success) return [];
  const title = `${color[paints[status]](`#${index} ${status}`)} ${fit(name, columns - 16)}`;
  const why = result.error === null ? [] : [`  ${plainText(result.error)}`];
  if (status === 'cancelled') return ['', title, ...why];
  const output = (result.stderr.trim() === '' ? result.stdout : result.stderr).trimEnd();
  const lines = output === '' ? [] : output.split('\n').slice(-tailLines);
  return ['', title, ...why, ...lines.map((line) => color.dim(`  ${fit(plainText(line), columns - 2)}`))];
}

function verdict({ status, stats, total_duration_ms: time }, color) {
  const counts = ['completed', 'failed', 'timeout', 'cancelled'].filter((name) => stats[name] > 0);
  const text = counts.map((name) => color[paints[name]](`${stats[name]} ${name}`)).join(', ');
  return `\n${color.bold(color[paints[status]](status))} in ${showDuration(time)}: ${text}`;
}

module.exports = { summary };
