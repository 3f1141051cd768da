// One command at large.

import { h, setText } from './dom.mjs';
import { factsOf, reasonOf } from './facts.mjs';
import { Heading } from './heading.mjs';
import { OutputView } from './output_view.mjs';

export class ExecutionView {
  element;
  #heading;
  #command = h('code', { class: 'command' });
  #facts = h('dl', { class: 'facts card' });
  #output;

  constructor(id) {
    this.#heading = new Heading(`api/executions/${id}/cancel`);
    this.#output = new OutputView(id, 'Output');
    this.element = h(
      'article',
      { class: 'execution' },
      this.#heading.element,
      this.#command,
      this.#facts,
      this.#output.element,
    );
  }

  update(entry) {
    this.#heading.update(entry, reasonOf(entry));
    setText(this.#command, entry.command ?? '');
    // The title says it already.
    this.#command.hidden = entry.name === undefined || entry.command === undefined;
    const facts = factsOf(entry);
    while (this.#facts.children.length < facts.length) this.#facts.append(h('div', {}, h('dt'), h('dd')));
    facts.forEach(([word, value, more = ''], i) => {
      const [dt, dd] = this.#facts.children[i].children;
      setText(dt, word);
      setText(dd, value);
      dd.title = more;
    });
  }

  close() {
    this.#output.close();
  }
}
