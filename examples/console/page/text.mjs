// Values as text for a person.

/** CSI and OSC sequences, and the short escapes: colours and cursor movements of terminals. */
// eslint-disable-next-line no-control-regex
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
/** What would be invisible, or would reorder the text around it. */
const unseen = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const longest = 5000;

/** A line of output as one row: without terminal sequences, of a progress bar its latest state, tabs as spaces. */
export function plain(line) {
  const text = line
    .replace(escapes, '')
    .split('\r')
    .findLast((part) => part !== '');
  const seen = (text ?? '').replaceAll('\t', '    ').replace(unseen, picture);
  return seen.length > longest ? `${seen.slice(0, longest)} … ${count(seen.length - longest)} more characters` : seen;
}

/** U+2400 and on show control characters; U+FFFD stands for the others. */
function picture(character) {
  const code = character.codePointAt(0);
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
}

const numbers = new Intl.NumberFormat('en');
export const count = (number) => numbers.format(number);
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

export function size(bytes) {
  if (bytes < 10_000) return `${count(bytes)} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
export const time = (timestamp) => clock.format(new Date(timestamp));
