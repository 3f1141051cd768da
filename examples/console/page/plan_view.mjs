// One plan at large: its timeline, a table of its commands, and the output of one of them.

import { badge, h } from './dom.mjs';
import { cpuOf, exitOf, memoryOf, outputOf, timeOf } from './facts.mjs';
import { Heading } from './heading.mjs';
import { OutputView } from './output_view.mjs';
import { elapsed, isOver, titleOf } from './store.mjs';
import { duration } from './text.mjs';
import { timeline } from './timeline.mjs';

const columns = ['', 'Command', 'Status', 'Exit', 'Time', 'CPU', 'Peak memory', 'Output'];

export class PlanView {
  element;
  #store;
  #heading;
  #chart = h('div', { class: 'chart card' });
  #body = h('tbody');
  #place = h('div', { class: 'place' });
  #output;
  #selected;
  #plan;

  constructor(id, store) {
    this.#store = store;
    this.#heading = new Heading(`api/plans/${id}/cancel`);
    const head = h(
      'tr',
      {},
      columns.map((name) => h('th', { scope: 'col' }, name)),
    );
    const table = h('div', { class: 'card scroll' }, h('table', {}, h('thead', {}, head), this.#body));
    this.element = h('article', { class: 'plan' }, this.#heading.element, this.#chart, table, this.#place);
  }

  update(plan) {
    this.#plan = plan;
    const commands = this.#store.commandsOf(plan);
    this.#heading.update(plan, `${strategyText(plan.strategy)} · ${progressText(plan, commands)}`);
    if (this.#selected === undefined && commands.length > 0) this.#select(commands[0]);
    const width = Math.max(480, this.#chart.clientWidth - 24);
    const view = { width, selected: this.#selected, onSelect: (id) => this.#choose(id) };
    this.#chart.replaceChildren(timeline(plan, commands, view));
    this.#updateTable(commands);
  }

  close() {
    this.#output?.close();
  }

  #choose(id) {
    this.#select(this.#store.get(id));
    this.update(this.#plan);
  }

  #select(entry) {
    if (this.#selected === entry.id) return;
    this.#selected = entry.id;
    this.#output?.close();
    this.#output = new OutputView(entry.id, titleOf(entry));
    this.#place.replaceChildren(this.#output.element);
  }

  // Rows are changed, not replaced: the focus may be on one of them.
  #updateTable(commands) {
    const most = Math.max(1, ...commands.map(({ result }) => result?.resource_usage?.max_rss_bytes ?? 0));
    commands.forEach((entry, index) => {
      const row = this.#body.children[index] ?? this.#body.appendChild(this.#makeRow(entry, index));
      row.classList.toggle('selected', entry.id === this.#selected);
      const [, name, status, ...numbers] = row.children;
      name.firstChild.textContent = titleOf(entry);
      name.firstChild.setAttribute('aria-pressed', entry.id === this.#selected);
      if (status.textContent !== entry.status) status.replaceChildren(badge(entry.status));
      [exitOf, timeOf, cpuOf, memoryOf, outputOf].forEach((value, i) => (numbers[i].textContent = value(entry)));
      const share = (entry.result?.resource_usage?.max_rss_bytes ?? 0) / most;
      numbers[3].style.setProperty('--share', share.toFixed(3));
    });
  }

  #makeRow({ id }, index) {
    const choose = h('button', { type: 'button', class: 'link', click: () => this.#choose(id) }, ' ');
    const cells = ['number', 'number', 'number', 'number memory', 'number'].map((name) => h('td', { class: name }));
    return h('tr', {}, h('td', { class: 'number' }, String(index)), h('td', {}, choose), h('td'), cells);
  }
}

function strategyText({ type, max_concurrency: width, stop_on_error: stops }) {
  if (type === 'serial') return stops === false ? 'one by one, errors included' : 'one by one';
  return `${type === 'parallel' ? 'all at once' : 'by dependencies'}${width ? `, at most ${width} together` : ''}`;
}

function progressText(plan, commands) {
  const over = commands.filter(isOver).length;
  const time = isOver(plan) ? ` · ${duration(elapsed(plan))}` : '';
  return `${over} of ${commands.length} commands finished${time}`;
}
