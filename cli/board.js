'use strict';

const { nameOf } = require('./plan_file.js');
const { plainText } = require('./terminal_text.js');

/**
 * A plan as far as it is known: one row per command, kept up to date by the engine's events.
 * row: { index: as in the plan's `dependencies` and the engine's sentences, from 0; name, status, startedAt, endedAt,
 * lastLine, result }; times in ms since 1970.
 */
class Board {
  rows;
  #byId = new Map();

  /** @param {object} plan accepted by the engine, with an id for every command */
  constructor(plan) {
    this.description = plainText(plan.description);
    this.rows = plan.commands.map((request, index) => ({
      index,
      name: plainText(nameOf(request)),
      status: 'pending',
      lastLine: '',
    }));
    plan.commands.forEach((request, index) => this.#byId.set(request.id.toLowerCase(), this.rows[index]));
  }

  /** @returns {object | undefined} the row that the event is about */
  apply(event) {
    const row = this.#byId.get(event.execution_id);
    if (row === undefined) return undefined;
    switch (event.event_type) {
      case 'started':
        row.status = 'running';
        row.startedAt = Date.parse(event.timestamp);
        break;
      case 'stdout':
      case 'stderr':
        // Cleaned only when it is shown: most lines never are.
        if (event.line.trim() !== '') row.lastLine = event.line;
        break;
      default:
        this.#end(row, event.result);
    }
    return row;
  }

  /** What was not heard of by events, because it never ran, is in the plan's result. */
  complete(planResult) {
    planResult.results.forEach((result, index) => this.#end(this.rows[index], result));
  }

  get finished() {
    return this.rows.filter((row) => row.result !== undefined).length;
  }

  #end(row, result) {
    row.status = result.status;
    row.result = result;
    if (row.startedAt !== undefined) row.endedAt = row.startedAt + result.duration_ms;
  }
}

module.exports = { Board };
