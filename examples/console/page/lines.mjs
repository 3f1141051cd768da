// The output of one execution as rows to show.

const defaultLimit = 200_000;
/** Taken from the front at once, so that it happens rarely. */
const portion = 10_000;
/** Of a line that never ends, so much is kept. */
const longestLine = 64 * 1024;

export class Lines {
  /** { kind: "out" | "err", text } */
  rows = [];
  /** Lines before the first of `rows`, which are not kept here or were not kept by the server. */
  missing = 0;
  /** Of the server's rows, the number of the next one. */
  next = 0;
  /** All has come. */
  complete = false;
  #limit;
  /** Kind to the row that goes on. */
  #open = {};
  /** Rows that come again and are known: after a break the server begins with the piece that holds the next one. */
  #known = 0;

  constructor(limit = defaultLimit) {
    this.#limit = limit;
  }

  /** @returns {number} rows that were taken from the front */
  take(records) {
    for (const record of records) {
      if (Array.isArray(record)) this.#add(record);
      else if (record.first !== undefined) this.#startAt(record.first);
      else this.#end(record.total);
    }
    return this.#trim();
  }

  #startAt(first) {
    this.#known = Math.max(0, this.next - first);
    if (first > this.next) this.#skipTo(first);
  }

  #skipTo(row) {
    this.missing += this.rows.length + row - this.next;
    this.rows = [];
    this.next = row;
    this.#open = {};
  }

  #end(total) {
    if (total > this.next) this.#skipTo(total);
    this.complete = true;
  }

  #add([kind, text, goesOn]) {
    if (this.#known > 0) {
      this.#known--;
      return;
    }
    this.next++;
    let row = this.#open[kind];
    if (row === undefined) this.rows.push((row = { kind, text }));
    else if (row.text.length < longestLine) row.text += text;
    this.#open[kind] = goesOn ? row : undefined;
  }

  #trim() {
    const surplus = this.rows.length - this.#limit;
    if (surplus <= 0) return 0;
    const removed = Math.max(surplus, Math.min(portion, this.rows.length));
    this.rows.splice(0, removed);
    this.missing += removed;
    return removed;
  }
}
