// What a shared object asks of the system that loads it, read from the file itself: 64 bits, little endian.

import { readFileSync } from 'node:fs';

const machines = { 62: 'x86_64', 183: 'aarch64' };
const section = { dynamic: 6, dynamicSymbols: 11, versionsNeeded: 0x6ffffffe, symbolTable: 2 };
const tag = { needed: 1n, flags: 30n, flags1: 0x6ffffffbn };
const staticTls = 0x10n;
const noDelete = 0x8n;

/** { machine, needed: libraries, staticTls, staysLoaded, versions: symbol versions asked for, exported: names, stripped } */
export function readElf(path) {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error(`${path} is no 64-bit ELF file`);
  const sections = sectionsOf(bytes);
  const ofType = (type) => sections.filter((one) => one.type === type);
  const has = (flags, flag) =>
    ofType(section.dynamic).some((one) => valuesOf(bytes, one, flags).some((value) => value & flag));
  return {
    machine: machines[bytes.readUInt16LE(18)] ?? String(bytes.readUInt16LE(18)),
    needed: ofType(section.dynamic).flatMap((one) => neededOf(bytes, one, sections[one.link])),
    staticTls: has(tag.flags, staticTls),
    staysLoaded: has(tag.flags1, noDelete),
    versions: ofType(section.versionsNeeded).flatMap((one) => versionsOf(bytes, one, sections[one.link])),
    exported: ofType(section.dynamicSymbols).flatMap((one) => exportedOf(bytes, one, sections[one.link])),
    stripped: ofType(section.symbolTable).length === 0,
  };
}

function sectionsOf(bytes) {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * size;
    const [offset, length] = [at + 24, at + 32].map((field) => Number(bytes.readBigUInt64LE(field)));
    return { type: bytes.readUInt32LE(at + 4), offset, length, link: bytes.readUInt32LE(at + 40) };
  });
}

function text(bytes, strings, at) {
  const start = strings.offset + at;
  return bytes.toString('latin1', start, bytes.indexOf(0, start));
}

function valuesOf(bytes, { offset, length }, wanted) {
  const values = [];
  for (let at = offset; at < offset + length; at += 16) {
    if (bytes.readBigUInt64LE(at) === wanted) values.push(bytes.readBigUInt64LE(at + 8));
  }
  return values;
}

const neededOf = (bytes, dynamic, strings) =>
  valuesOf(bytes, dynamic, tag.needed).map((name) => text(bytes, strings, Number(name)));

function versionsOf(bytes, { offset }, strings) {
  const names = [];
  for (let file = offset, more = 1; more !== 0; file += more) {
    const count = bytes.readUInt16LE(file + 2);
    let at = file + bytes.readUInt32LE(file + 8);
    for (let i = 0; i < count; i += 1, at += bytes.readUInt32LE(at + 12)) {
      names.push(text(bytes, strings, bytes.readUInt32LE(at + 8)));
    }
    more = bytes.readUInt32LE(file + 12);
  }
  return names;
}

function exportedOf(bytes, { offset, length }, strings) {
  const names = [];
  for (let at = offset + 24; at < offset + length; at += 24) {
    const global = bytes[at + 4] >> 4 !== 0;
    if (global && bytes.readUInt16LE(at + 6) !== 0) names.push(text(bytes, strings, bytes.readUInt32LE(at)));
  }
  return names;
}
