// What was started through this console, from the engine's events to what pages are told.

import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { HttpError } from './http.mjs';
import { Changes } from './changes.mjs';
import { Transcript } from './transcript.mjs';

/**
 * @typedef {object} Limits
 * @property {number} transcriptBytes output kept of each execution
 * @property {number} totalBytes output of all that have finished, together
 * @property {number} entries commands and plans, together
 */

/** @type {Limits} */
const defaultLimits = { transcriptBytes: 16 * 1024 * 1024, totalBytes: 128 * 1024 * 1024, entries: 500 };

/** A command that prints without end gets so long at a time before requests and other commands have their turn. */
const turnMs = 5;

const isRunning = ({ status }) => status === 'pending' || status === 'running';

/**
 * Belongs to the server, not to a page: a page that leaves changes nothing for the commands, and one that comes (back)
 * sees all of them. Beyond the limits the oldest of what has finished is forgotten: output first, then entries.
 */
export class Session {
  #engine;
  #limits;
  /** Id to the state of a command or plan, in the order of their start: what pages are told, as it is. */
  #states = new Map();
  /** @type {Map<string, Transcript>} by execution */
  #transcripts = new Map();
  /** @type {Set<Changes>} one per page */
  #pages = new Set();

  /**
   * @param {import('cloudops-execution-engine').ExecutionEngine} engine
   * @param {Partial<Limits>} limits
   */
  constructor(engine, limits) {
    this.#engine = engine;
    this.#limits = { ...defaultLimits, ...limits };
    engine.on('started', ({ execution_id: id, timestamp }) =>
      this.#update(id, { status: 'running', started_at: timestamp }),
    );
    for (const name of ['completed', 'failed', 'timeout', 'cancelled'])
      engine.on(name, ({ execution_id: id, result }) => this.#finish(id, result));
  }

  // ---- starting and ending ----

  /** @param {unknown} request checked by the engine */
  async execute(request) {
    const id = await this.#engine.execute(request);
    this.#add(id, request, {});
    await this.#describe();
    return id;
  }

  /** @param {unknown} plan checked by the engine */
  async runPlan(plan) {
    const wanted = withIds(plan);
    const id = await this.#engine.executePlan(wanted);
    const commands = wanted.commands.map((request) => request.id.toLowerCase());
    const { description, strategy } = wanted;
    this.#states.set(id, { kind: 'plan', id, description, strategy, commands, status: 'running' });
    wanted.commands.forEach((request, index) => this.#add(commands[index], request, { plan_id: id, index }));
    this.#tell(id);
    this.#engine.waitForPlan(id).then(
      ({ status, total_duration_ms, stats }) => this.#update(id, { status, total_duration_ms, stats }),
      () => this.#update(id, { status: 'cancelled' }),
    );
    await this.#describe();
    return id;
  }

  async cancel(id) {
    await this.#engine.cancel(id);
  }

  /** Ends what pages wait for; the engine is closed before. */
  close() {
    for (const page of [...this.#pages]) page.close();
    for (const transcript of this.#transcripts.values()) transcript.end();
  }

  // ---- what pages read ----

  async changes() {
    const { max_concurrent: slots } = await this.#engine.getConcurrencyMetrics();
    const page = new Changes({
      greeting: { kind: 'console', slots, directory: workingDirectory() },
      ids: this.#states.keys(),
      stateOf: (id) => this.#states.get(id) ?? { kind: 'forgotten', id },
      onClose: () => this.#pages.delete(page),
    });
    this.#pages.add(page);
    return page;
  }

  /** @param {number} from the number of the first line wanted */
  output(id, from) {
    const transcript = this.#transcripts.get(id);
    if (transcript === undefined) throw new HttpError(404, `No execution has the id ${id} (any more).`);
    return transcript.read(from);
  }

  // ---- inside ----

  // Called before the first event of this execution is delivered.
  #add(id, request, place) {
    const name = request.metadata?.tags?.name;
    this.#states.set(id, { kind: 'execution', id, type: request.command.type, name, status: 'pending', ...place });
    const transcript = new Transcript(this.#limits.transcriptBytes);
    this.#transcripts.set(id, transcript);
    void this.#fill(transcript, id);
    this.#forgetOldest();
  }

  async #fill(transcript, id) {
    try {
      let since = performance.now();
      for await (const output of this.#engine.lines(id)) {
        await transcript.add(output);
        if (performance.now() - since < turnMs) continue;
        await nextTurn();
        since = performance.now();
      }
    } catch (error) {
      // The engine was closed before it could answer.
      if (error.code !== 'ENGINE_CLOSED') console.error(error);
    }
    transcript.end();
  }

  // The engine's one line for a person, which is there before the command starts.
  async #describe() {
    for (const { id, command } of await this.#engine.listExecutions())
      if (this.#states.has(id) && this.#states.get(id).command === undefined) this.#update(id, { command });
  }

  #finish(id, result) {
    // The text is in the transcript.
    const facts = { ...result, stdout: undefined, stderr: undefined, metadata: undefined };
    this.#update(id, { status: result.status, result: facts });
    this.#forgetOldest();
  }

  #update(id, changes) {
    const state = this.#states.get(id);
    if (state === undefined) return;
    Object.assign(state, changes);
    this.#tell(id);
  }

  #tell(id) {
    for (const page of this.#pages) page.changed(id);
  }

  #forgetOldest() {
    const entries = [...this.#states.values()].filter(({ plan_id }) => plan_id === undefined);
    let surplus = entries.length - this.#limits.entries;
    for (const entry of entries) {
      if (surplus <= 0) break;
      if (isRunning(entry)) continue;
      surplus--;
      for (const id of [entry.id, ...(entry.commands ?? [])]) this.#forget(id);
    }
    this.#forgetOutput();
  }

  #forget(id) {
    this.#transcripts.delete(id);
    this.#states.delete(id);
    this.#tell(id);
  }

  #forgetOutput() {
    const finished = [...this.#transcripts].filter(([id]) => !isRunning(this.#states.get(id)));
    let bytes = finished.reduce((sum, [, transcript]) => sum + transcript.bytes, 0);
    for (const [, transcript] of finished) {
      if (bytes <= this.#limits.totalBytes) return;
      bytes -= transcript.bytes;
      transcript.forget();
    }
  }
}

/** Where commands run unless they say otherwise, as a shell's prompt shows it. */
function workingDirectory() {
  const [home, here] = [homedir(), process.cwd()];
  return here === home || here.startsWith(`${home}/`) ? `~${here.slice(home.length)}` : here;
}

/**
 * The same plan with an id for each command, so that its events can be told apart. What is not shaped like a plan stays
 * as it is, for the engine to refuse.
 */
function withIds(plan) {
  if (!Array.isArray(plan?.commands)) return plan;
  const commands = plan.commands.map((request) =>
    typeof request === 'object' && request !== null && request.id === undefined
      ? { ...request, id: randomUUID() }
      : request,
  );
  return { ...plan, commands };
}
