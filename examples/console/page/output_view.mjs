// The output of one execution, live.

import { keepReading } from './connection.mjs';
import { h, nextFrame, setText } from './dom.mjs';
import { Lines } from './lines.mjs';
import { count, plain, plural } from './text.mjs';
import { VirtualList } from './virtual_list.mjs';

/** As in style.css. */
const rowHeight = 20;
/** After so long the page gets a frame before more output is taken. */
const busyMs = 8;

export class OutputView {
  element;
  #lines = new Lines();
  #closed = new AbortController();
  #list;
  #summary = h('p', { class: 'summary' });
  #follow = h('input', { type: 'checkbox', checked: true, change: () => this.#setFollow(this.#follow.checked) });
  #busySince = performance.now();

  /**
   * @param {string} id of an execution
   * @param {string} title
   */
  constructor(id, title) {
    this.#list = new VirtualList({
      label: 'Output',
      rowHeight,
      render: (row, index) => this.#render(row, index),
      onFollow: (follow) => (this.#follow.checked = follow),
    });
    const copy = h('button', { type: 'button', click: () => this.#copy(copy) }, 'Copy');
    this.element = h(
      'section',
      { class: 'output card', 'aria-label': 'Output' },
      h('div', { class: 'bar' }, h('h3', {}, title), this.#summary, h('label', {}, this.#follow, 'Follow'), copy),
      this.#list.element,
    );
    this.#show(0);
    void keepReading({
      path: () => `api/executions/${id}/output?from=${this.#lines.next}`,
      take: (records) => this.#take(records),
      signal: this.#closed.signal,
    });
  }

  close() {
    this.#closed.abort();
    this.#list.close();
  }

  async #take(records) {
    this.#show(this.#lines.take(records));
    if (performance.now() - this.#busySince > busyMs) {
      await nextFrame();
      this.#busySince = performance.now();
    }
    return this.#lines.complete;
  }

  #show(removed) {
    const { rows, missing, complete } = this.#lines;
    this.#list.setCount(rows.length, removed);
    this.element.classList.toggle('empty', rows.length === 0);
    const gone = missing > 0 ? `, ${count(missing)} before them no longer kept` : '';
    const lines = rows.length === 0 && complete ? 'No output' : plural(rows.length, 'line');
    setText(this.#summary, `${lines}${gone}${complete ? '' : ' …'}`);
  }

  #render(row, index) {
    const { kind, text } = this.#lines.rows[index];
    const [number, content] = row.children;
    row.classList.toggle('err', kind === 'err');
    setText(number, String(this.#lines.missing + index + 1));
    setText(content, plain(text));
  }

  #setFollow(follow) {
    this.#list.follow = follow;
    if (follow) this.#list.toEnd();
  }

  async #copy(button) {
    const text = this.#lines.rows.map((row) => `${row.text}\n`).join('');
    const copied = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not allowed',
    );
    setText(button, copied);
    setTimeout(() => setText(button, 'Copy'), 1500);
  }
}
