/**
 * What one window has started, and the way of its events to the page in it.
 *
 * Events go in batches, each acknowledged by the page when it has shown it. When `inFlight` batches are out and `limit`
 * events wait, events are no longer taken from the engine, which then holds the children back: a slow page costs
 * no memory, neither here nor there. Without a page (it reloads, it crashed) events go into the transcripts only, so
 * nobody is held back; the next page gets the transcripts, and from then on every event.
 */
export class WindowSession {
  #webContents;
  #limits;
  /** Execution id to Transcript, the oldest first. */
  #transcripts = new Map();
  /** Counts the pages that this window has shown; batches and acknowledgements of earlier ones mean nothing. */
  #page = 0;
  #attached = false;
  #waiting = [];
  #inFlight = 0;
  #timer;
  /** Resolves waits for room. */
  #wake = [];

  constructor(webContents, limits = {}) {
    this.#webContents = webContents;
    this.#limits = { limit: 500, everyMs: 16, inFlight: 4, keepLines: 2000, keepExecutions: 50, ...limits };
  }

  /** A page is there and knows nothing: it gets what has been, in one piece with what comes. */
  attach() {
    this.detach();
    this.#attached = true;
    this.#page += 1;
    return { page: this.#page, executions: [...this.#transcripts.values()].map((one) => one.snapshot()) };
  }

  /** The page is gone. What was on its way to it is in the transcripts. */
  detach() {
    this.#attached = false;
    this.#waiting = [];
    this.#inFlight = 0;
    this.#cancelTimer();
    this.#makeRoom();
  }

  acknowledge(page) {
    if (page !== this.#page || this.#inFlight === 0) return;
    this.#inFlight -= 1;
    if (this.#waiting.length > 0) this.#schedule();
  }

  owns(id) {
    return this.#transcripts.has(id);
  }
  get running() {
    return [...this.#transcripts.values()].filter((one) => !one.over).map(({ id }) => id);
  }

  /** Takes the events of an execution of this window until its end. */
  async follow(id, name, events) {
    const transcript = new Transcript(id, name, this.#limits.keepLines);
    this.#transcripts.set(id, transcript);
    this.#forgetOldest();
    for await (const event of events) {
      while (this.#attached && this.#waiting.length >= this.#limits.limit) await this.#room();
      const shown = withoutOutput(event);
      // In one turn: a page that attaches finds an event in the transcript or is sent it, never both.
      transcript.add(shown);
      if (!this.#attached) continue;
      this.#waiting.push(shown);
      this.#schedule();
    }
  }

  #schedule() {
    if (this.#inFlight >= this.#limits.inFlight) return;
    if (this.#waiting.length >= this.#limits.limit) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#limits.everyMs);
  }

  #send() {
    this.#cancelTimer();
    if (!this.#attached || this.#webContents.isDestroyed()) return;
    this.#inFlight += 1;
    this.#webContents.send('engine:events', { page: this.#page, events: this.#waiting.splice(0) });
    this.#makeRoom();
  }

  #cancelTimer() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #room() {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
  #makeRoom() {
    for (const resolve of this.#wake.splice(0)) resolve();
  }

  #forgetOldest() {
    const over = [...this.#transcripts.values()].filter((one) => one.over);
    const count = Math.min(over.length, this.#transcripts.size - this.#limits.keepExecutions);
    for (const { id } of over.slice(0, Math.max(0, count))) this.#transcripts.delete(id);
  }
}

/** The last lines of an execution, and how it stands. */
class Transcript {
  over = false;
  #status = 'pending';
  #lines = [];
  #dropped = 0;
  #error = null;
  #keep;

  constructor(id, name, keep) {
    this.id = id;
    this.name = name;
    this.#keep = keep;
  }

  add(event) {
    if ('line' in event) this.#addLine(event);
    else if (event.event_type === 'started') this.#status = 'running';
    else {
      this.over = true;
      this.#status = event.event_type;
      this.#error = event.result.error;
    }
  }

  #addLine(event) {
    this.#lines.push(event);
    // Now and then, not with every line.
    if (this.#lines.length >= 2 * this.#keep) this.#dropped += this.#lines.splice(0, this.#keep).length;
  }

  snapshot() {
    const lines = this.#lines.slice(-this.#keep);
    const dropped = this.#dropped + this.#lines.length - lines.length;
    return { id: this.id, name: this.name, status: this.#status, error: this.#error, dropped, lines };
  }
}

/** The page has had the lines; megabytes of them once more would only cost time. It can ask for the result. */
function withoutOutput(event) {
  if (event.result === undefined) return event;
  const result = { ...event.result };
  delete result.stdout;
  delete result.stderr;
  return { ...event, result };
}
