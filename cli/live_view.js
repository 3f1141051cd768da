'use strict';

const stringWidth = require('string-width');

const { showDuration } = require('./duration.js');
const { terminalSize } = require('./terminal_size.js');
const { column, fit, plainText } = require('./terminal_text.js');

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const marks = {
  pending: ['dim', '·'],
  completed: ['green', '✓'],
  failed: ['red', '✗'],
  timeout: ['yellow', '⏱'],
  cancelled: ['yellow', '⊘'],
};

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
/** The terminal shows what is between the two at once, or ignores them. */
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';

/**
 * A plan on a terminal: a line per command and a progress bar, drawn over themselves ten times a second until `finish`,
 * which leaves nothing of it on the screen.
 */
class LiveView {
  #board;
  #stream;
  #color;
  #since = Date.now();
  #timer;
  /** The widths of the lines on the screen. */
  #drawn = [];
  #note = '';
  #restore = () => this.#stream.write(showCursor);

  /**
   * @param {import('./board.js').Board} board
   * @param {import('node:tty').WriteStream} stream
   * @param {object} color of picocolors
   */
  constructor(board, stream, color) {
    this.#board = board;
    this.#stream = stream;
    this.#color = color;
    stream.write(hideCursor);
    // However this process ends, the person keeps a cursor.
    process.on('exit', this.#restore);
    this.#timer = setInterval(() => this.#draw(), frameMs);
    this.#draw();
  }

  /** Drawn with the next frame. */
  onEvent() {}

  /** A sentence under the progress bar. */
  note(text) {
    this.#note = text;
    this.#draw();
  }

  finish() {
    clearInterval(this.#timer);
    process.off('exit', this.#restore);
    this.#stream.write(`${this.#over()}\x1b[J${showCursor}`);
    this.#drawn = [];
  }

  #draw() {
    const { columns, rows } = terminalSize(this.#stream);
    const lines = this.#lines(columns - 1, rows - 1);
    const text = lines.map((line) => `${line}\x1b[K\n`).join('');
    this.#stream.write(`${beginFrame}${this.#over()}${text}\x1b[J${endFrame}`);
    this.#drawn = lines.map((line) => stringWidth(line));
  }

  /** To the beginning of what is drawn; a terminal that has become narrower has wrapped it. */
  #over() {
    const { columns } = terminalSize(this.#stream);
    const up = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return up > 0 ? `\x1b[${up}A\r` : '\r';
  }

  #lines(width, height) {
    const now = Date.now();
    const { rows, finished, description } = this.#board;
    const tail = ['', this.#bar(finished, rows.length, now, width)];
    if (this.#note !== '') tail.push(this.#color.yellow(fit(this.#note, width)));
    const shown = visibleRows(rows, Math.max(1, height - tail.length - 2));
    const nameWidth = Math.min(Math.max(...shown.map((row) => stringWidth(row.name))), Math.floor(width * 0.4));
    const lines = [
      this.#color.bold(fit(description, width)),
      ...shown.map((row) => this.#row(row, nameWidth, width, now)),
    ];
    if (shown.length < rows.length) {
      lines.push(this.#color.dim(fit(`  … ${rows.length - shown.length} more, ${finished} finished in all`, width)));
    }
    return [...lines, ...tail].slice(-height);
  }

  #row(row, nameWidth, width, now) {
    const spinner = frames[Math.floor(now / frameMs) % frames.length];
    const [paint, mark] = marks[row.status] ?? ['cyan', spinner];
    const elapsed =
      row.startedAt === undefined ? '' : showDuration((row.endedAt ?? Math.max(now, row.startedAt)) - row.startedAt);
    const left = fit(`${column(row.name, nameWidth)} ${elapsed.padStart(7)}  `, width - 2);
    const words = fit(plainText(lastWords(row)), width - stringWidth(left) - 2);
    return `${this.#color[paint](mark)} ${row.status === 'pending' ? this.#color.dim(left) : left}${this.#color.dim(words)}`;
  }

  #bar(finished, total, now, width) {
    const label = fit(` ${finished}/${total}  ${showDuration(now - this.#since)}`, width);
    const room = Math.max(0, Math.min(40, width - label.length - 2));
    const full = Math.round((room * finished) / total);
    const failed = this.#board.rows.some(({ status }) => status === 'failed' || status === 'timeout');
    const paint = failed ? this.#color.red : this.#color.green;
    return `${paint('█'.repeat(full))}${this.#color.dim('░'.repeat(room - full))}${label}`;
  }
}

/** What a row says at its end: the command's last line, or why there is none. */
function lastWords(row) {
  const { result } = row;
  if (result === undefined || result.success) return row.lastLine;
  if (row.lastLine !== '' && result.status === 'failed') return row.lastLine;
  return result.error ?? row.lastLine;
}

/** As many rows as fit, in the plan's order: what runs, then what ended last, then what comes next. */
function visibleRows(rows, count) {
  if (rows.length <= count) return rows;
  const running = rows.filter((row) => row.status === 'running');
  const ended = rows.filter((row) => row.result !== undefined).sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  const pending = rows.filter((row) => row.status === 'pending');
  const next = Math.min(pending.length, Math.ceil((count - Math.min(running.length, count)) / 2));
  const chosen = [...running, ...pending.slice(0, next), ...ended, ...pending.slice(next)].slice(0, count);
  return chosen.sort((a, b) => a.index - b.index);
}

module.exports = { LiveView, visibleRows };
