'use strict';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration with units: "500ms", "5s", "1.5m", "1h30m". A bare number is refused: timeout(1) means
 * seconds by it, the engine's data milliseconds.
 * @returns {number | undefined} undefined: it is not one
 */
function parseDuration(text) {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  const total = Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit], 0));
  return total > 0 && Number.isSafeInteger(total) ? total : undefined;
}

/** For a column: "850ms", "12.3s", "4m05s", "2h07m". */
function showDuration(ms) {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const two = (number) => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

module.exports = { parseDuration, showDuration };
