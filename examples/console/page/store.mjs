// The commands and plans that the server has told of.

export const isOver = ({ status }) => status !== 'pending' && status !== 'running';

/** Milliseconds from start to end, or to now. */
export function elapsed(entry, now = Date.now()) {
  if (entry.result) return entry.result.duration_ms;
  if (entry.total_duration_ms !== undefined) return entry.total_duration_ms;
  return entry.started_at === undefined ? 0 : Math.max(0, now - Date.parse(entry.started_at));
}

export const titleOf = (entry) => entry.description || entry.name || entry.command || entry.id;

/** Calls `onChange` at most once per frame. `onEnd` gets each entry that was seen running and now is over. */
export class Store {
  connected = false;
  slots = 0;
  directory = '';
  /** @type {Map<string, object>} in the order of their start */
  entries = new Map();
  #onChange;
  #onEnd;
  #pending = false;

  constructor({ onChange, onEnd }) {
    this.#onChange = onChange;
    this.#onEnd = onEnd;
  }

  take(records) {
    for (const record of records) this.#take(record);
    this.#changed();
  }

  lost() {
    this.connected = false;
    this.#changed();
  }

  get(id) {
    return this.entries.get(id);
  }

  /** What stands in the list: plans, and commands that belong to none; the newest first. */
  listed() {
    return [...this.entries.values()].filter(({ plan_id }) => plan_id === undefined).reverse();
  }

  commandsOf({ commands }) {
    return commands.map((id) => this.entries.get(id)).filter(Boolean);
  }

  countWith(status) {
    return [...this.entries.values()].filter((entry) => entry.kind === 'execution' && entry.status === status).length;
  }

  #take(record) {
    if (record.kind === 'console') {
      // A new connection: all entries follow.
      this.connected = true;
      this.slots = record.slots;
      this.directory = record.directory;
      this.entries.clear();
    } else if (record.kind === 'forgotten') {
      this.entries.delete(record.id);
    } else {
      const before = this.entries.get(record.id);
      this.entries.set(record.id, record);
      if (before && !isOver(before) && isOver(record)) this.#onEnd(record);
    }
  }

  #changed() {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#onChange();
    });
  }
}
