// A list of any length of which only what is in sight is in the document. Rows have one height.

import { h } from './dom.mjs';

/** Rows above and below what is in sight. */
const margin = 12;

export class VirtualList {
  /** Scrolls; to be put into the page. */
  element;
  /** Stay at the end as rows come. */
  follow = true;
  #rowHeight;
  #render;
  #onFollow;
  #space = h('div', { class: 'space' });
  #window = h('div', { class: 'window' });
  #count = 0;
  #frame;
  #resized = new ResizeObserver(() => this.update());

  /**
   * @param {object} parts
   * @param {string} parts.label
   * @param {number} parts.rowHeight in pixels, as the style sheet has it
   * @param {(row: HTMLElement, index: number) => void} parts.render fills a row, which may have been another's
   * @param {(follow: boolean) => void} parts.onFollow a person scrolled away from the end, or back to it
   */
  constructor({ label, rowHeight, render, onFollow }) {
    this.#rowHeight = rowHeight;
    this.#render = render;
    this.#onFollow = onFollow;
    this.element = h('div', { class: 'lines', tabindex: 0, role: 'region', 'aria-label': label });
    this.element.append(this.#space, this.#window);
    this.element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#resized.observe(this.element);
  }

  /** @param {number} removed rows that went from the front: what is in sight stays where it is */
  setCount(count, removed = 0) {
    this.#count = count;
    this.#space.style.height = `${count * this.#rowHeight}px`;
    if (removed > 0 && !this.follow) this.element.scrollTop -= removed * this.#rowHeight;
    this.update();
  }

  /** Draws in the next frame. */
  update() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  toEnd() {
    this.follow = true;
    this.update();
  }

  close() {
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #draw() {
    if (this.follow) this.element.scrollTop = this.element.scrollHeight;
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - margin);
    const last = Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + margin);
    const rows = this.#window.children;
    while (rows.length > last - first) this.#window.lastChild.remove();
    while (rows.length < last - first) this.#window.append(h('div', { class: 'line' }, h('span'), h('span')));
    for (let i = 0; i < rows.length; i++) this.#render(rows[i], first + i);
    this.#window.style.transform = `translateY(${first * this.#rowHeight}px)`;
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    const atEnd = scrollTop + clientHeight >= scrollHeight - this.#rowHeight;
    // Rows that came in the meantime have moved the end away; only a person moves up.
    if (atEnd !== this.follow && (atEnd || scrollTop < this.#lastTop)) {
      this.follow = atEnd;
      this.#onFollow(atEnd);
    }
    this.#lastTop = scrollTop;
    this.update();
  }
  #lastTop = 0;
}
