'use strict';

/** Bytes as the sidecar takes and gives them, `{ base64 }`, with and without Node's Buffer. */
function bytesToWire(bytes) {
  if (globalThis.Buffer !== undefined) {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
  }
  let text = '';
  // In pieces: a function takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { base64: btoa(text) };
}

/** @returns {Uint8Array} a Buffer where there is one */
function bytesFromWire({ base64 }) {
  if (globalThis.Buffer !== undefined) return Buffer.from(base64, 'base64');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A request that can be written as JSON. */
function requestToWire(request) {
  const data = request?.stdin?.data;
  return data instanceof Uint8Array ? { ...request, stdin: { ...request.stdin, data: bytesToWire(data) } } : request;
}

/** A plan likewise. */
function planToWire(plan) {
  return Array.isArray(plan?.commands) ? { ...plan, commands: plan.commands.map(requestToWire) } : plan;
}

module.exports = { bytesFromWire, bytesToWire, planToWire, requestToWire };
