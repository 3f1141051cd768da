// The page: panes that show what this window has started. It can do what preload.cjs gives it, and nothing else.

/* global document, window */

const { engine } = window;
const element = (id) => document.getElementById(id);
/** As many lines as a pane shows; the main process keeps as many for a reload. */
const maxLines = 2000;

const panes = new Map();

function openPane({ id, name, status = 'pending', error = null, dropped = 0, lines = [] }) {
  const section = element('execution').content.firstElementChild.cloneNode(true);
  const pane = {
    status: section.querySelector('span'),
    stop: section.querySelector('button'),
    text: section.querySelector('pre'),
  };
  section.querySelector('strong').textContent = name;
  pane.stop.addEventListener('click', () => ask(engine.cancel(id)));
  element('executions').prepend(section);
  panes.set(id, pane);
  if (dropped > 0) appendLine(pane, { event_type: 'stderr', line: `… ${dropped} earlier lines` });
  for (const line of lines) appendLine(pane, line);
  showStatus(pane, status, error);
  return pane;
}

function showStatus(pane, status, error) {
  pane.status.textContent = error === null ? status : `${status}: ${error}`;
  pane.stop.hidden = !['pending', 'running'].includes(status);
}

/** A line that came in pieces goes on where the piece before it ended. */
function appendLine(pane, { event_type, line, partial }) {
  let row = pane.text.lastElementChild;
  if (row?.dataset.open !== event_type) {
    row = pane.text.appendChild(document.createElement('div'));
    row.className = event_type;
  }
  row.textContent += line;
  row.dataset.open = partial ? event_type : '';
  while (pane.text.childElementCount > maxLines) pane.text.firstElementChild.remove();
}

function show(event) {
  const pane = panes.get(event.execution_id) ?? openPane({ id: event.execution_id, name: event.command ?? '' });
  if ('line' in event) appendLine(pane, event);
  else showStatus(pane, event.event_type === 'started' ? 'running' : event.event_type, event.result?.error ?? null);
}

/** Shows what went wrong, if something did. */
async function ask(answer) {
  const { value, error } = await answer;
  element('message').textContent = error === undefined ? '' : error.message;
  return value;
}

// Batches may come before the answer to attach, which they continue.
const attached = Promise.withResolvers();
engine.onEvents(async ({ page, events }) => {
  if (page !== (await attached.promise)) return;
  // At once and not with the next frame: a hidden window has none, and its commands would be held back.
  for (const event of events) show(event);
  for (const { text } of panes.values()) text.scrollTop = text.scrollHeight;
});

const { page, executions } = await ask(engine.attach());
for (const execution of executions) openPane(execution);
attached.resolve(page);

element('start').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { command, to } = event.target.elements;
  const id = await ask(engine.start(command.value, { to: to.valueAsNumber }));
  if (id === undefined) return;
  if (panes.has(id)) panes.get(id).text.parentElement.querySelector('strong').textContent = command.value;
  else openPane({ id, name: command.value });
});
