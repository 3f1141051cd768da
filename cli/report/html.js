'use strict';

const { withoutEscapes } = require('../terminal_text.js');

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is HTML already; everything else is escaped by `html`. */
class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/** Escape sequences of terminals mean nothing in a page, and XML 1.0 knows no other control characters than these two. */
const escape = (text) =>
  withoutEscapes(text)
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/[&<>"']/g, (character) => entities[character]);

function markup(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(markup).join('');
  return value === undefined || value === null ? '' : escape(String(value));
}

/** Template tag: what is put in is escaped, unless it was made by this tag itself. */
function html(strings, ...values) {
  return new Markup(strings.reduce((text, string, i) => text + markup(values[i - 1]) + string));
}

module.exports = { html };
