'use strict';

const { randomUUID } = require('node:crypto');
const { fstatSync, readFileSync } = require('node:fs');
const { text: textOf } = require('node:stream/consumers');

const { ValidationError } = require('../lib/errors.js');
const { whatElse } = require('../lib/plain_object.js');

/** @param {string} path of a JSON file; `-` is standard input */
async function readPlanFile(path) {
  const name = path === '-' ? 'standard input' : path;
  let text;
  try {
    text = path === '-' ? await standardInput() : readFileSync(path, 'utf8');
  } catch (error) {
    throw new ValidationError('INVALID_PLAN', '', `cannot read ${name}: ${error.message}`, { cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ValidationError('INVALID_PLAN', '', `${name} is not JSON: ${error.message}`, { cause: error });
  }
}

/** Not by its descriptor: whoever is at the other end may have set it not to block. */
function standardInput() {
  // A stream of one would be empty.
  if (fstatSync(0).isDirectory()) throw new Error('it is a directory');
  return textOf(process.stdin);
}

/**
 * Nobody could write to such a command, nor end its input: it would wait for ever.
 * @throws {ValidationError} INVALID_PLAN
 */
function refusePipes(plan) {
  if (!Array.isArray(plan?.commands)) return;
  const index = plan.commands.findIndex((request) => request?.stdin?.type === 'pipe');
  if (index < 0) return;
  const field = `commands[${index}].stdin.type`;
  throw new ValidationError(
    'INVALID_PLAN',
    field,
    `${field} must be "data" or "file", since a plan on the command line has nobody to write its input, but it is "pipe".`,
  );
}

/**
 * The same plan with an id for every command, so that events can be told apart from the first one on. What is not shaped
 * like a plan stays as it is, for the engine to refuse.
 */
function withIds(plan) {
  if (!Array.isArray(plan?.commands)) return plan;
  const commands = plan.commands.map((request) =>
    whatElse(request) === undefined && request.id === undefined ? { ...request, id: randomUUID() } : request,
  );
  return { ...plan, commands };
}

/**
 * What a person calls a command: its tag "name", or what it runs. Not as its `started` event has it, quoted to be pasted: it is
 * shown before that comes, and to be recognised.
 */
function nameOf(request) {
  const name = request.metadata?.tags?.name;
  if (typeof name === 'string' && name !== '') return name;
  const { command } = request;
  switch (command.type) {
    case 'shell':
      return command.command;
    case 'exec':
      return [command.program, ...(command.args ?? [])].join(' ');
    case 'script':
      return [command.path, ...(command.args ?? [])].join(' ');
    default:
      return ['aws', command.service, command.operation, ...(command.args ?? [])].join(' ');
  }
}

module.exports = { nameOf, readPlanFile, refusePipes, withIds };
