// What a program shows on a terminal: recorded through a pseudo-terminal, replayed into a terminal without a window.

import { spawn } from 'node:child_process';

import xterm from '@xterm/headless';

import { Failure, findProgram } from '../support.mjs';

/** Says that a drawing is complete: programs that draw over themselves send it (synchronized output). */
const endOfFrame = '\x1b[?2026l';

/** Runs a shell line on a terminal of this size; @returns all that it wrote */
export async function record(line, { columns, rows }) {
  if (findProgram('script') === undefined) throw new Failure('Missing: script, of util-linux (apt: bsdutils).');
  // Without what would change its colors from outside.
  const env = Object.entries(process.env).filter(([name]) => !['NO_COLOR', 'FORCE_COLOR', 'CI'].includes(name));
  const child = spawn('script', ['--quiet', '--command', `stty cols ${columns} rows ${rows}; ${line}`, '/dev/null'], {
    env: { ...Object.fromEntries(env), TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  return output;
}

/** What was written until the middle one of the drawings was complete. */
export function untilMiddle(output) {
  const frames = output.split(endOfFrame);
  return frames.slice(0, Math.ceil(frames.length / 2)).join(endOfFrame) + endOfFrame;
}

/**
 * The screen after all this was written: lines of runs { x, text, width, bold, dim, color }, without what is empty at
 * the end. A color is a number of the palette, '#rrggbb', or undefined for the default.
 */
export async function screenOf(output, { columns, rows }) {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise((resolve) => terminal.write(output, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, y) => runsOf(active.getLine(y), columns));
  terminal.dispose();
  return lines.slice(0, lines.findLastIndex((runs) => runs.length > 0) + 1);
}

function runsOf(line, columns) {
  const runs = [];
  for (let x = 0; x < columns; x += 1) {
    const cell = line.getCell(x);
    const text = cell.getChars();
    if (text === '') continue; // never written, or the second half of a wide character
    const style = { bold: cell.isBold() !== 0, dim: cell.isDim() !== 0, color: colorOf(cell) };
    const last = runs.at(-1);
    // One character per cell: a wide one is a run of its own.
    const goesOn = last !== undefined && last.x + last.text.length === x && cell.getWidth() === 1;
    if (goesOn && ['bold', 'dim', 'color'].every((key) => last[key] === style[key])) {
      last.text += text;
      last.width += cell.getWidth();
    } else runs.push({ x, text, width: cell.getWidth(), ...style });
  }
  return runs.filter(({ text }) => text.trim() !== '');
}

function colorOf(cell) {
  if (cell.isFgDefault()) return undefined;
  return cell.isFgRGB() ? `#${cell.getFgColor().toString(16).padStart(6, '0')}` : cell.getFgColor();
}
