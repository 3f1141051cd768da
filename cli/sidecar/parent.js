'use strict';

const checkMs = 500;

/**
 * Watches for the parent's death. The end of our input says so too, but not when somebody else inherited its other end.
 * @param {() => void} react
 * @returns {() => void} stops watching
 */
function onParentGone(react) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    react();
  }, checkMs);
  timer.unref();
  return () => clearInterval(timer);
}

module.exports = { onParentGone };
