// The page put together.

import { keepReading } from './connection.mjs';
import { h, setText } from './dom.mjs';
import { EntryList } from './entry_list.mjs';
import { ExecutionView } from './execution_view.mjs';
import { PlanView } from './plan_view.mjs';
import { StartForm } from './start_form.mjs';
import { Store, isOver, titleOf } from './store.mjs';

const element = (id) => document.getElementById(id);

/** Durations of what runs are drawn again so often. */
const tickMs = 250;

const store = new Store({
  onChange: update,
  onEnd: (entry) => setText(element('announcer'), `${titleOf(entry)}: ${entry.status}`),
});
const list = new EntryList(element('entries'), store, select);
new StartForm(element('start'), element('problem'), select);

/** What is shown at large: { id, view }. */
let shown;

// The address says what is selected, so that it survives a reload.
function select(id) {
  location.hash = id;
  update();
}

function update() {
  const id = location.hash.slice(1);
  list.update(id);
  updateDetail(id);
  updateHeader();
}

function updateDetail(id) {
  const entry = store.get(id);
  if (shown?.id !== id || (!entry && store.connected)) {
    shown?.view.close();
    shown = undefined;
  }
  if (entry && !shown) {
    shown = { id, view: entry.kind === 'plan' ? new PlanView(id, store) : new ExecutionView(id) };
    element('detail').replaceChildren(shown.view.element);
  }
  if (entry) shown.view.update(entry);
  else if (!shown && !element('detail').querySelector('.nothing')) {
    const hint = 'Start a command or a plan, or choose one from the list.';
    element('detail').replaceChildren(h('p', { class: 'nothing' }, hint));
  }
}

function updateHeader() {
  const waiting = store.countWith('pending');
  setText(element('directory'), store.directory);
  setText(
    element('slots'),
    `${store.countWith('running')} of ${store.slots} slots taken${waiting > 0 ? `, ${waiting} waiting` : ''}`,
  );
  const connection = element('connection');
  connection.className = store.connected ? 'good' : 'bad';
  setText(connection, store.connected ? 'connected' : 'connection lost; trying again');
}

addEventListener('hashchange', update);
setInterval(() => {
  if (!document.hidden && [...store.entries.values()].some((entry) => !isOver(entry))) update();
}, tickMs);
void keepReading({
  path: () => 'api/changes',
  take: (records) => store.take(records),
  onLost: () => store.lost(),
  signal: new AbortController().signal,
});
