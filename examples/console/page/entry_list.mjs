// The list of what was started.

import { h, setText } from './dom.mjs';
import { exitOf } from './facts.mjs';
import { elapsed, isOver, titleOf } from './store.mjs';
import { duration, time } from './text.mjs';

export class EntryList {
  #list;
  #store;
  #onSelect;
  /** Id to its element. */
  #items = new Map();

  /** @param {HTMLElement} list */
  constructor(list, store, onSelect) {
    this.#list = list;
    this.#store = store;
    this.#onSelect = onSelect;
    list.addEventListener('keydown', (event) => this.#onKey(event));
  }

  update(selected) {
    const entries = this.#store.listed();
    for (const [id, item] of this.#items) if (!this.#store.get(id)) this.#forget(id, item);
    // From the oldest on: each new one goes to the top, and those that are there stay in place.
    for (const entry of entries.toReversed()) if (!this.#items.has(entry.id)) this.#add(entry);
    for (const entry of entries) this.#fill(this.#items.get(entry.id), entry, entry.id === selected);
  }

  #add({ id, kind }) {
    const parts = [h('span', { class: 'dot' }), h('span', { class: 'title' }), h('span', { class: 'meta' })];
    const button = h('button', { type: 'button', class: kind, click: () => this.#onSelect(id) }, parts);
    const item = h('li', {}, button);
    this.#items.set(id, item);
    this.#list.prepend(item);
  }

  #forget(id, item) {
    item.remove();
    this.#items.delete(id);
  }

  #fill(item, entry, isSelected) {
    const button = item.firstChild;
    const [dot, title, meta] = button.children;
    dot.className = `dot ${entry.status}`;
    setText(title, titleOf(entry));
    setText(meta, this.#meta(entry));
    if (isSelected) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }

  #meta(entry) {
    if (entry.kind === 'plan') {
      const commands = this.#store.commandsOf(entry);
      const progress = `plan, ${commands.filter(isOver).length} of ${commands.length}`;
      return [entry.status, progress, isOver(entry) ? duration(elapsed(entry)) : ''].filter(Boolean).join(' · ');
    }
    const ended = entry.result && entry.result.exit_code !== 0 ? exitOf(entry) : '';
    const exit = ended === '' ? '' : /^\d/.test(ended) ? `exit ${ended}` : ended;
    const started = entry.started_at === undefined ? '' : time(entry.started_at);
    const took = entry.started_at === undefined ? '' : duration(elapsed(entry));
    return [entry.status, exit, took, started].filter(Boolean).join(' · ');
  }

  // Up and down, as in any list.
  #onKey(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    const buttons = [...this.#list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}
