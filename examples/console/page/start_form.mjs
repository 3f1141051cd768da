// The form that starts commands and plans.

import { get, post } from './api.mjs';
import { h } from './dom.mjs';

/** The engine's fields to those of the form. */
const inputOf = {
  'command.command': 'command',
  'command.program': 'program',
  'command.path': 'path',
  'command.interpreter': 'interpreter',
  working_dir: 'working_dir',
  timeout_ms: 'timeout',
};

const lines = (text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The request that the fields describe; the engine checks it. */
function requestOf(fields) {
  const given = (name) => (fields[name] === '' ? undefined : fields[name]);
  const args = lines(fields.args);
  const command = {
    shell: () => ({ type: 'shell', command: fields.command }),
    exec: () => ({ type: 'exec', program: fields.program, args }),
    script: () => ({ type: 'script', path: fields.path, interpreter: given('interpreter'), args }),
  }[fields.kind]();
  const timeout = given('timeout');
  return {
    command,
    working_dir: given('working_dir'),
    timeout_ms: timeout === undefined ? undefined : secondsToMs(timeout),
    metadata: { source: 'console', tags: fields.name === '' ? undefined : { name: fields.name } },
  };
}

function secondsToMs(text) {
  const ms = Math.round(Number(text) * 1000);
  if (Number.isNaN(ms))
    throw Object.assign(new Error(`"${text}" is not a number of seconds.`), { field: 'timeout_ms' });
  return ms;
}

function planOf(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error.message}`);
  }
}

export class StartForm {
  #form;
  #problem;
  #onStarted;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement} problem where errors are told
   * @param {(id: string) => void} onStarted
   */
  constructor(form, problem, onStarted) {
    this.#form = form;
    this.#problem = problem;
    this.#onStarted = onStarted;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    for (const radio of form.elements.kind) radio.addEventListener('change', () => this.#showFields());
    this.#showFields();
    void this.#fillExamples();
  }

  #showFields() {
    const { value } = this.#form.elements.kind;
    for (const part of this.#form.querySelectorAll('[data-kinds]'))
      part.hidden = !part.dataset.kinds.split(' ').includes(value);
    this.#tell(undefined);
  }

  async #fillExamples() {
    const { example, plan } = this.#form.elements;
    const examples = await get('api/examples');
    example.append(...examples.map(({ name }) => h('option', { value: name }, name)));
    example.addEventListener('change', () => {
      plan.value = examples.find(({ name }) => name === example.value)?.text ?? plan.value;
    });
  }

  async #submit() {
    const fields = Object.fromEntries(new FormData(this.#form));
    try {
      const { id } =
        fields.kind === 'plan'
          ? await post('api/plans', planOf(fields.plan))
          : await post('api/executions', requestOf(fields));
      this.#tell(undefined);
      this.#onStarted(id);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** @param {Error | undefined} error undefined: there is none any more */
  #tell(error) {
    this.#problem.hidden = error === undefined;
    this.#problem.textContent = error?.message ?? '';
    for (const field of this.#form.elements) field.removeAttribute('aria-invalid');
    const wrong = this.#form.elements[inputOf[error?.field]];
    if (wrong === undefined) return;
    wrong.setAttribute('aria-invalid', 'true');
    wrong.setAttribute('aria-describedby', this.#problem.id);
    wrong.closest('details')?.setAttribute('open', '');
    wrong.focus();
  }
}
