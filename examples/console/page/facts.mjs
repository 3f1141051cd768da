// What is known of one command, as pairs of words.

import { duration, size, time } from './text.mjs';
import { elapsed } from './store.mjs';

/** The exit code or the signal; a dash for what never ran or still runs. */
export function exitOf({ result, started_at }) {
  if (result === undefined || started_at === undefined) return '–';
  return result.signal ?? String(result.exit_code);
}

export function cpuOf({ result }) {
  const usage = result?.resource_usage;
  return usage ? duration(usage.user_cpu_ms + usage.system_cpu_ms) : '–';
}

export function memoryOf({ result }) {
  const usage = result?.resource_usage;
  return usage ? size(usage.max_rss_bytes) : '–';
}

export const timeOf = (entry) => (entry.started_at === undefined ? '–' : duration(elapsed(entry)));

export const outputOf = ({ result, started_at }) =>
  result && started_at ? size(result.stdout_bytes + result.stderr_bytes) : '–';

/** @returns {[string, string, string?][]} word, value, and more of it for those who point at it */
export function factsOf(entry) {
  const { result, started_at } = entry;
  const usage = result?.resource_usage;
  return [
    ['Exit', exitOf(entry)],
    ['Duration', timeOf(entry)],
    [
      'CPU',
      cpuOf(entry),
      usage ? `user ${duration(usage.user_cpu_ms)}, system ${duration(usage.system_cpu_ms)}` : undefined,
    ],
    ['Peak memory', memoryOf(entry), usage ? `${usage.max_rss_bytes} bytes resident` : undefined],
    [
      'Output',
      outputOf(entry),
      result ? `stdout ${result.stdout_bytes}, stderr ${result.stderr_bytes} bytes` : undefined,
    ],
    ['Started', started_at === undefined ? '–' : time(started_at), started_at],
  ];
}

/** Why it did not complete, in a sentence; empty when there is nothing to tell. */
export function reasonOf({ result }) {
  if (!result) return '';
  const { error, termination } = result;
  const signals = termination?.signals.map(({ signal, at_ms }) => `${signal} after ${duration(at_ms)}`) ?? [];
  return [error ?? '', signals.length > 0 ? `sent ${signals.join(', ')}` : ''].filter(Boolean).join(' · ');
}
