'use strict';

/** What the scanner does not follow, and what to write instead. From there on no value is let in. */
const lost = {
  ansi: ["$'…', which shells read differently", "use '…'"],
  backtick: ['` `, where quoting has rules of its own', 'use $( )'],
  hereDocument: ['a here-document (<<), where quotes do not quote', 'use the stdin of the request'],
  arithmetic: ['an arithmetic expression, which would evaluate it', 'calculate in JavaScript'],
  parameter: ['a ${…} that holds more than plain text', 'give that a variable of its own'],
  substitution: ['a $( ) within double quotes', 'give that a variable of its own: v=$(…)'],
  hash: ['a # right after (', 'put a space between them'],
  continuation: ['an operator that a line end cuts in two', 'write it on one line'],
};

const simpleParameter = /\$\{[^'"\\`${}]*\}/y;
const simpleArithmetic = /\$?\(\([\w\s$+\-*/%>=!&|^?:,]*\)\)/y;

/** By state: what is looked for, in this order, and what it does. Everything else is a part of a word. */
const rules = {
  plain: [
    [/\\\n/y, () => {}],
    [/[$<(]\\\n/y, (place) => place.lose('continuation')],
    [/\\[^]/y, (place) => place.word()],
    [/\\/y, (place) => place.trap('right after a backslash, which would undo its quoting')],
    [/'/y, (place) => place.enter("'")],
    [/"/y, (place) => place.enter('"')],
    [/\$'/y, (place) => place.lose('ansi')],
    [/`/y, (place) => place.lose('backtick')],
    [simpleParameter, (place) => place.word()],
    [/\$\{/y, (place) => place.lose('parameter')],
    [simpleArithmetic, (place) => place.word()],
    [/\$?\(\(|\$\[/y, (place) => place.lose('arithmetic')],
    [/\$[\w$?!#@*-]/y, (place) => place.word()],
    [/\$$/y, (place) => place.trap("right after a $, which would make it bash's $'…'")],
    [/<<</y, (place) => place.boundary()],
    [/<</y, (place) => place.lose('hereDocument')],
    [/\(#/y, (place) => place.lose('hash')],
    [/#/y, (place) => place.hash()],
    [/\[\[(?=\s|$)/y, (place) => place.openTest()],
    [/\]\](?=[\s;&|)]|$)/y, (place) => place.closeTest()],
    [/\[(?=\s)/y, (place) => (place.atWordStart ? place.word() : place.openSubscript())],
    [/\[/y, (place) => place.openSubscript()],
    [/\]/y, (place) => place.closeSubscripts(1)],
    [/[\s;&|()<>]/y, (place) => place.boundary()],
  ],
  "'": [[/'/y, (place) => place.leave()]],
  '"': [
    [/\$\\\n/y, (place) => place.lose('continuation')],
    [/\\[^]/y, () => {}],
    [/\\/y, (place) => place.trap('right after a backslash, which would undo its quoting')],
    [/"/y, (place) => place.leave()],
    [/`/y, (place) => place.lose('backtick')],
    [simpleParameter, () => {}],
    [/\$\{/y, (place) => place.lose('parameter')],
    [/\$\[/y, (place) => place.lose('arithmetic')],
    [/\$\(/y, (place) => place.lose('substitution')],
    [/\$$/y, (place) => place.trap('right after a $; escape it as \\\\$')],
  ],
  '#': [[/\n/y, (place) => place.leaveComment()]],
};

/**
 * The place in a shell's syntax that a template has got to. Follows as much of the grammar as it takes to know whether a
 * quoted value would stay one; in doubt, the answer is no.
 */
class ShellPlace {
  /** plain, or the quote or comment sign that we are in. */
  #state = 'plain';
  #inTest = false;
  #subscripts = 0;
  #trap;
  #lost;
  atWordStart = true;

  /** Goes on over a part of the template. */
  read(text) {
    this.#trap = undefined;
    for (let at = 0; at < text.length && this.#lost === undefined;) {
      const [length, act] = next(rules[this.#state], text, at);
      act(this);
      at += length;
    }
  }

  /** The next thing is a value. */
  pass() {
    this.atWordStart = false;
  }

  /** The quote that is open here, or ''. */
  get quote() {
    return this.#state === 'plain' || this.#state === '#' ? '' : this.#state;
  }

  /** Why no value can stand here, or undefined. */
  get refusal() {
    if (this.#lost !== undefined) return `inside or after ${this.#lost[0]}; ${this.#lost[1]}`;
    if (this.#trap !== undefined) return this.#trap;
    if (this.#state === '#') return 'in a comment, which a line end in it would end';
    if (this.#inTest) return 'inside [[ ]], where bash evaluates what it compares as numbers; use [ ]';
    if (this.#subscripts > 0) return 'inside square brackets, where bash evaluates a subscript';
    return undefined;
  }

  // ---- what the rules do ----

  word() {
    this.atWordStart = false;
  }
  boundary() {
    this.atWordStart = true;
  }
  enter(quote) {
    this.#state = quote;
    this.atWordStart = false;
  }
  leave() {
    this.#state = 'plain';
  }
  hash() {
    if (this.atWordStart) this.#state = '#';
  }
  leaveComment() {
    this.#state = 'plain';
    this.atWordStart = true;
  }
  openTest() {
    if (this.atWordStart) this.#inTest = true;
    else this.#subscripts += 2;
    this.atWordStart = false;
  }
  closeTest() {
    if (this.#inTest && this.atWordStart) this.#inTest = false;
    else this.closeSubscripts(2);
  }
  openSubscript() {
    this.#subscripts += 1;
    this.atWordStart = false;
  }
  closeSubscripts(count) {
    this.#subscripts = Math.max(0, this.#subscripts - count);
    this.atWordStart = false;
  }
  trap(reason) {
    this.#trap = reason;
  }
  lose(construct) {
    this.#lost = lost[construct];
  }
}

const nothingSpecial = (place) => place.word();

function next(candidates, text, at) {
  for (const [pattern, act] of candidates) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return [match[0].length, act];
  }
  return [1, nothingSpecial];
}

module.exports = { ShellPlace };
