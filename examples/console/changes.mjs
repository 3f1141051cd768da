// What changed, for one page.

/**
 * Remembers which entries a page has not been told of in their present state: many changes of one entry become one, so
 * a page that does not read costs a set of ids. A source for `sendStream`.
 */
export class Changes {
  #stateOf;
  #onClose;
  #untold;
  #greeting;
  #wake;
  #closed = false;

  /**
   * @param {object} parts
   * @param {object} parts.greeting told first
   * @param {Iterable<string>} parts.ids of all entries
   * @param {(id: string) => object} parts.stateOf an entry as the page is told of it
   * @param {() => void} parts.onClose
   */
  constructor({ greeting, ids, stateOf, onClose }) {
    this.#greeting = [greeting];
    this.#untold = new Set(ids);
    this.#stateOf = stateOf;
    this.#onClose = onClose;
  }

  changed(id) {
    this.#untold.add(id);
    this.#wake?.();
  }

  async next() {
    while (!this.#closed) {
      const told = [...this.#greeting.splice(0), ...[...this.#untold].map(this.#stateOf)];
      this.#untold.clear();
      if (told.length > 0) return told.map((each) => `${JSON.stringify(each)}\n`).join('');
      await new Promise((resolve) => (this.#wake = resolve));
    }
    return undefined;
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake?.();
    this.#onClose();
  }
}
