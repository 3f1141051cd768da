'use strict';

const { ValidationError } = require('./errors.js');
const { checkOptions, split } = require('./requests.js');
const { ShellPlace } = require('./shell_place.js');

/** The shells whose quoting is known to be that of POSIX. */
const posixShells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh']);

const isTemplate = (value) => Array.isArray(value) && Array.isArray(value.raw);

/**
 * shell`rm -- ${file}` makes a request with the value quoted; shell(options) makes a tag that adds options to it.
 */
function shell(first, ...values) {
  if (isTemplate(first)) return request(first, values, undefined);
  const options = first;
  checkOptions(options);
  if (options === undefined || options === null || values.length > 0) {
    throw new ValidationError(
      'WRONG_TYPE',
      '',
      'shell is a tag: shell`command` or shell({ timeout_ms: 500 })`command`',
    );
  }
  return (template, ...more) => {
    if (isTemplate(template)) return request(template, more, options);
    throw new ValidationError('WRONG_TYPE', '', 'what shell(options) returns is a tag: shell(options)`command`');
  };
}

function request(template, values, options) {
  const { rest, fields } = split(options, ['shell']);
  return { ...rest, command: { type: 'shell', command: join(template, values, fields.shell), ...fields } };
}

function join(parts, values, program) {
  if (parts.includes(undefined)) {
    throw new ValidationError(
      'INVALID_COMMAND',
      'template',
      'shell: the template holds an escape that JavaScript lacks',
    );
  }
  if (values.length > 0) requirePosix(program);
  const place = new ShellPlace();
  let text = parts[0];
  place.read(parts[0]);
  values.forEach((value, i) => {
    text += quoted(value, place, { i, before: parts[i], after: parts[i + 1] });
    place.pass();
    place.read(parts[i + 1]);
    text += parts[i + 1];
  });
  return text;
}

function requirePosix(program) {
  if (program === undefined || program === null || typeof program !== 'string') return;
  const name = program.split('/').pop();
  if (posixShells.has(name)) return;
  const known = [...posixShells].join(', ');
  throw new ValidationError(
    'INVALID_COMMAND',
    'options.shell',
    `shell: values are quoted for a POSIX shell (${known}); how ${JSON.stringify(name)} quotes is not known`,
  );
}

function quoted(value, place, { i, before, after }) {
  const field = `values[${i}]`;
  const where = `shell: value ${i + 1}, after ${JSON.stringify(before.slice(-20))},`;
  const refuse = (reason) => {
    throw new ValidationError('INVALID_COMMAND', field, `${where} stands ${reason}.`);
  };
  const words = Array.isArray(value)
    ? Array.from(value, (one, k) => textOf(one, `${field}[${k}]`, `${where} item ${k},`))
    : [textOf(value, field, where)];

  if (place.refusal !== undefined) refuse(place.refusal);
  if (!Array.isArray(value)) return place.quote + quote(words[0]) + place.quote;
  if (place.quote !== '') refuse('inside quotes, and an array is several words');
  if (!place.atWordStart || !/^([\s;&|()<>]|$)/.test(after)) refuse('within a word, and an array is several words');
  if (/[<>][&|]?[ \t]*$/.test(before)) refuse('after a redirection, which takes one word, and an array is several');
  return words.map(quote).join(' ');
}

function textOf(value, field, where) {
  const isNumber = Number.isFinite(value) || typeof value === 'bigint';
  if (typeof value !== 'string' && !isNumber) {
    const found = kindOf(value);
    const allowed = 'a string, a finite number, a bigint, or an array of these';
    throw new ValidationError('WRONG_TYPE', field, `${where} is ${found}; it must be ${allowed}.`);
  }
  const text = String(value);
  const nul = text.indexOf('\0');
  if (nul < 0) return text;
  throw new ValidationError('INVALID_COMMAND', field, `${where} holds a NUL byte at ${nul}; no command can take one.`);
}

function kindOf(value) {
  if (value === undefined || value === null || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

module.exports = { shell };
