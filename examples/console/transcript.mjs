// The output of one execution, for pages to read now or later.

/** Lines travel in pieces of about so many bytes, or of what came within so many milliseconds. */
const pieceBytes = 64 * 1024;
const pieceMs = 20;

/**
 * Keeps the newest lines up to a limit in bytes. What a reader has not taken yet is never dropped: with the limit reached
 * `add` asks its caller to wait, and so the slowest reader holds the command back. Without readers nobody waits, and the
 * oldest lines go.
 *
 * A line is a row of JSON: ["out" | "err", text], with a third element when the line goes on in the next row of its
 * stream. Readers get {"first": number of the row that follows} before and {"total": rows} after all rows.
 */
export class Transcript {
  #limit;
  /** Pieces of rows: { first: number of its first row, text }; the numbers of pieces begin with #dropped. */
  #pieces = [];
  #dropped = 0;
  #bytes = 0;
  /** Rows that are no piece yet. */
  #open = [];
  #openBytes = 0;
  #timer;
  #rows = 0;
  #ended = false;
  /** @type {Set<Reader>} */
  #readers = new Set();
  #roomWanted;

  /** @param {number} limit in bytes */
  constructor(limit) {
    this.#limit = limit;
  }

  get bytes() {
    return this.#bytes + this.#openBytes;
  }

  /**
   * @param {import('cloudops-execution-engine').OutputLine} output
   * @returns {Promise<void> | undefined} to be awaited before more is added
   */
  add({ stream, line, partial }) {
    const kind = stream === 'stdout' ? 'out' : 'err';
    const row = JSON.stringify(partial ? [kind, line, 1] : [kind, line]);
    this.#open.push(row);
    this.#openBytes += row.length + 1;
    this.#rows++;
    if (this.#openBytes >= pieceBytes) this.#closePiece();
    else this.#timer ??= setTimeout(() => this.#closePiece(), pieceMs);
    if (this.#bytes <= this.#limit) return undefined;
    return new Promise((resolve) => (this.#roomWanted = resolve));
  }

  /** No more will come. */
  end() {
    this.#closePiece();
    this.#ended = true;
    for (const reader of this.#readers) reader.wake();
  }

  /** Gives up what is kept of an output that has ended, unless somebody reads it. */
  forget() {
    if (this.#readers.size > 0) return;
    this.#dropped += this.#pieces.length;
    this.#pieces = [];
    this.#bytes = 0;
  }

  /** @param {number} from the first row wanted; earlier ones of its piece may come as well */
  read(from = 0) {
    const index = this.#pieces.findLastIndex(({ first }) => first <= from);
    const reader = new Reader(this.#dropped + Math.max(0, index), {
      piece: (at) => this.#pieces[at - this.#dropped],
      total: () => (this.#ended ? this.#rows : undefined),
      moved: () => this.#makeRoom(),
      left: () => {
        this.#readers.delete(reader);
        this.#makeRoom();
      },
    });
    this.#readers.add(reader);
    return reader;
  }

  #closePiece() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#open.length === 0) return;
    const text = Buffer.from(`${this.#open.join('\n')}\n`);
    this.#pieces.push({ first: this.#rows - this.#open.length, text });
    this.#bytes += text.length;
    this.#open = [];
    this.#openBytes = 0;
    for (const reader of this.#readers) reader.wake();
    this.#makeRoom();
  }

  #makeRoom() {
    const needed = Math.min(...[...this.#readers].map(({ at }) => at));
    while (this.#bytes > this.#limit && this.#dropped < needed && this.#pieces.length > 0) {
      this.#bytes -= this.#pieces.shift().text.length;
      this.#dropped++;
    }
    if (this.#bytes > this.#limit) return;
    this.#roomWanted?.();
    this.#roomWanted = undefined;
  }
}

/** One page's place in a transcript; a source for `sendStream`. */
class Reader {
  /** The number of the piece that it takes next. */
  at;
  #transcript;
  #begun = false;
  #finished = false;
  #wake;

  constructor(at, transcript) {
    this.at = at;
    this.#transcript = transcript;
  }

  async next() {
    while (!this.#finished) {
      const piece = this.#transcript.piece(this.at);
      if (piece) return this.#take(piece);
      const total = this.#transcript.total();
      if (total !== undefined) {
        this.#finished = true;
        return `{"total":${total}}\n`;
      }
      await new Promise((resolve) => (this.#wake = resolve));
    }
    this.close();
    return undefined;
  }

  wake() {
    this.#wake?.();
  }

  close() {
    this.#finished = true;
    this.wake();
    this.#transcript.left();
  }

  #take({ first, text }) {
    this.at++;
    this.#transcript.moved();
    if (this.#begun) return text;
    // The first row's number, from which the page counts.
    this.#begun = true;
    return Buffer.concat([Buffer.from(`{"first":${first}}\n`), text]);
  }
}
