// What a window may start, by name. A window sends a name and parameters, never a command: what it runs is decided here.

import { ValidationError, exec, shell } from 'cloudops-execution-engine';

function wholeNumber(parameters, name, max) {
  const value = parameters?.[name];
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new ValidationError('INVALID_VALUE', name, `${name} must be a whole number from 1 to ${max}.`);
}

export const commands = {
  disk: () => exec('df', ['-h']),
  count: (parameters) =>
    shell`for i in $(seq ${wholeNumber(parameters, 'to', 100)}); do echo "step $i"; sleep 0.2; done`,
  flood: (parameters) => exec('seq', [String(wholeNumber(parameters, 'to', 10_000_000))]),
};
