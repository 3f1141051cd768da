'use strict';

const { ValidationError } = require('./errors.js');
const { whatElse } = require('./plain_object.js');

/** @throws {ValidationError} for what cannot be the rest of a request */
function checkOptions(options) {
  if (options === undefined || options === null) return;
  const found = whatElse(options);
  if (found !== undefined) {
    throw new ValidationError('WRONG_TYPE', 'options', `options is ${found}; it must be an object`);
  }
  if ('command' in options) {
    throw new ValidationError('UNKNOWN_FIELD', 'options.command', 'options has a command; the function makes that');
  }
}

/**
 * The rest of a request, and beside it the fields that go into its command.
 * @param {object | undefined} options
 * @param {string[]} ofCommand names of options that belong to the command
 */
function split(options, ofCommand) {
  checkOptions(options);
  if (options === undefined || options === null) return { rest: {}, fields: {} };
  const entries = Object.entries(options);
  const belongs = ([name, value]) => ofCommand.includes(name) && value !== undefined;
  return {
    rest: Object.fromEntries(entries.filter(([name]) => !ofCommand.includes(name))),
    fields: Object.fromEntries(entries.filter(belongs)),
  };
}

// What is wrong with a program, its arguments or an option is found where every request is checked.
const withArgs = (command, args) => (args === undefined ? command : { ...command, args });

/** A request that runs a program: no shell, no interpolation. */
function exec(program, args, options) {
  return { ...split(options, []).rest, command: withArgs({ type: 'exec', program }, args) };
}

/** A request that runs a script file. */
function script(path, args, options) {
  const { rest, fields } = split(options, ['interpreter']);
  return { ...rest, command: withArgs({ type: 'script', path, ...fields }, args) };
}

/** A request that runs `aws service operation args…`. */
function awsCli(service, operation, args, options) {
  const { rest, fields } = split(options, ['profile', 'region']);
  return { ...rest, command: withArgs({ type: 'aws_cli', service, operation, ...fields }, args) };
}

module.exports = { awsCli, checkOptions, exec, script, split };
