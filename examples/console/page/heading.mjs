// The head of what is shown at large: title, status, and a way to cancel.

import { post } from './api.mjs';
import { h, setText } from './dom.mjs';
import { isOver, titleOf } from './store.mjs';

export class Heading {
  element;
  #title = h('h2');
  #badge = h('span');
  #note = h('p', { class: 'note' });
  #cancel = h('button', { type: 'button', class: 'danger', click: () => this.#onCancel() }, 'Cancel');
  #path;
  #asked = false;

  /** @param {string} path of what cancels it */
  constructor(path) {
    this.#path = path;
    const line = h('div', { class: 'bar' }, this.#badge, this.#title, this.#cancel);
    this.element = h('header', { class: 'heading' }, line, this.#note);
  }

  /** @param {string} note a sentence under the title */
  update(entry, note) {
    setText(this.#title, titleOf(entry));
    this.#badge.className = `badge ${entry.status}`;
    setText(this.#badge, entry.status);
    setText(this.#note, note);
    this.#note.hidden = note === '';
    this.#cancel.hidden = isOver(entry);
    this.#cancel.disabled = this.#asked;
    setText(this.#cancel, this.#asked ? 'Cancelling…' : 'Cancel');
  }

  async #onCancel() {
    this.#asked = true;
    this.#cancel.disabled = true;
    try {
      await post(this.#path);
    } catch (error) {
      this.#asked = false;
      this.#cancel.disabled = false;
      // It had ended by itself.
      if (error.code !== 'NOT_RUNNING') setText(this.#note, error.message);
      this.#note.hidden = false;
    }
  }
}
