'use strict';

const { ExecutionError } = require('../lib/errors.js');

const checkMs = 500;
/** So many checks in a row without a sign of life: 10 s. Counted by checks, since a thread that was busy has seen nothing. */
const patience = 20;

/**
 * Settles as `answer` does, however long that takes, as long as the other side answers when it is asked.
 * @param {Promise<unknown>} answer
 * @param {object} otherSide
 * @param {() => Promise<unknown>} otherSide.ask something that is answered at once
 * @param {() => number} otherSide.heard how much has come from it so far
 * @throws {ExecutionError} IO when it says nothing any more
 */
async function whileItAnswers(answer, { ask, heard }) {
  let before = heard();
  let silent = 0;
  let isAsked = false;
  const asked = () => (isAsked = false);
  let timer;
  const silence = new Promise((_resolve, reject) => {
    timer = setInterval(() => {
      const now = heard();
      silent = now === before ? silent + 1 : 0;
      before = now;
      if (silent === patience) reject(new ExecutionError('IO', 'the sidecar does not answer'));
      if (isAsked) return;
      isAsked = true;
      ask().then(asked, asked);
    }, checkMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearInterval(timer);
  }
}

/** As `promise`, or after so many milliseconds nothing, and `tooLate` is called. */
async function atMost(ms, promise, tooLate = () => {}) {
  let timer;
  const limit = new Promise((resolve) => {
    timer = setTimeout(() => {
      tooLate();
      resolve();
    }, ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { atMost, whileItAnswers };
