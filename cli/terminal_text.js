'use strict';

const { stripVTControlCharacters } = require('node:util');

const stringWidth = require('string-width');

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A command to the terminal itself, as "set the title": to its end, or that of the line. */
// eslint-disable-next-line no-control-regex -- they are what it looks for
const operatingSystemCommand = /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g;

/**
 * Without escape sequences. Those that end with a bell are taken out first: Node 20 takes a colour, the words after it and
 * the next bell for one of them.
 */
const withoutEscapes = (text) =>
  stripVTControlCharacters(text.replace(operatingSystemCommand, '').replaceAll('\u0007', ''));

/**
 * A command's text made safe for a place of its own on the screen: without escape sequences and control characters,
 * tabs as spaces. Of a progress bar that overwrites itself, its latest state.
 */
function plainText(text) {
  const latest =
    withoutEscapes(text)
      .split('\r')
      .findLast((part) => part.trim() !== '') ?? '';
  // Also what can reorder or hide the text around it: the bidirectional controls and line separators.
  return latest.replaceAll('\t', '  ').replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '');
}

/** Cut to so many columns of a terminal, with an ellipsis when something is missing. Takes plain text. */
function fit(text, columns) {
  if (columns <= 0) return '';
  // Measuring is dear, and a line may have 64 KiB: a column needs a character at least, but may need several.
  const head = text.length > columns * 20 ? text.slice(0, columns * 20) : text;
  if (head.length === text.length && stringWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(head)) {
    const next = stringWidth(segment);
    if (width + next > columns - 1) break;
    kept += segment;
    width += next;
  }
  return `${kept}…`;
}

/** Cut and filled to exactly so many columns. */
function column(text, columns) {
  const cut = fit(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - stringWidth(cut)));
}

module.exports = { column, fit, plainText, withoutEscapes };
