import { execFile, spawn } from 'node:child_process';

import { lineSplitter } from './split.mjs';

const piped = { stdio: ['ignore', 'pipe', 'pipe'] };
const ended = (child) =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });

export function begin(program, args) {
  const child = spawn(program, args, piped);
  return () => {
    child.stdout.resume();
    child.stderr.resume();
    return ended(child);
  };
}

export function capture(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: Infinity }, (error, stdout) =>
      resolve({ code: error === null ? 0 : error.code, bytes: stdout.length }),
    );
  });
}

export async function eachLine(program, args, onLine) {
  const child = spawn(program, args, piped);
  const splitter = lineSplitter(onLine);
  child.stdout.setEncoding('utf8').on('data', splitter.take);
  child.stderr.resume();
  const code = await ended(child);
  splitter.end();
  return { code };
}

export async function drink(program, args) {
  const child = spawn(program, args, piped);
  let bytes = 0;
  child.stdout.on('data', (chunk) => (bytes += chunk.length));
  child.stderr.resume();
  return { code: await ended(child), bytes };
}

export function timeOut(program, args, ms) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: ms }, (error) => resolve(error?.killed === true));
  });
}
