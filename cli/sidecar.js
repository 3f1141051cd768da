'use strict';

const { setTimeout: delay } = require('node:timers/promises');

const { LineReader } = require('../client/line_reader.js');
const { derivedConfig, loadConfigFromEnv } = require('../lib/config.js');
const { ExecutionEngine } = require('../lib/engine.js');

const { exitCodes } = require('./exit_codes.js');
const { makeServer } = require('./sidecar/server.js');
const { Service } = require('./sidecar/service.js');
const { onParentGone } = require('./sidecar/parent.js');
const { ReadAhead } = require('./sidecar/read_ahead.js');
const { Writer } = require('./sidecar/writer.js');

/** After the connection is gone commands have this long to end by themselves. Milliseconds. */
const graceMs = 500;
/** Replies that the other side has not taken. Beyond it no more calls are read, so that they cannot pile up either. */
const unreadLimit = 16 * 1024 * 1024;
/** Characters of calls that wait for that. */
const aheadLimit = 1024 * 1024;

/**
 * Serves an engine until the parent closes our input, stops reading our output, or dies. Ends the process.
 */
async function sidecar() {
  // In Electron our parent sets it to get a Node. Commands are not to inherit it: it would make Nodes of theirs too.
  delete process.env.ELECTRON_RUN_AS_NODE;
  const input = process.stdin;
  const writer = new Writer(process.stdout, () => input.destroy());
  const service = new Service({
    makeEngine: (config) => new ExecutionEngine(derivedConfig(config, overEnvironment)),
    notify: (method, params) => writer.write({ jsonrpc: '2.0', method, params }),
  });
  const server = makeServer(service);
  const stopWatching = onParentGone(() => input.destroy());
  // The terminal's Ctrl-C is the parent's to answer; it ends us when it ends.
  process.on('SIGINT', () => {});
  for (const name of ['SIGTERM', 'SIGHUP']) process.once(name, () => input.destroy());

  const destroyed = new Promise((resolve) => input.once('close', resolve));
  const calls = new ReadAhead(new LineReader(input), aheadLimit);
  /** Not written yet. */
  const replies = new Set();
  const answering = answer(calls, server, writer, replies);
  await Promise.race([calls.end, destroyed]);
  stopWatching();
  const deadline = delay(graceMs);
  // What came with the end is still answered, unless nobody takes the answers.
  await Promise.race([answering, deadline]);
  const ending = async () => {
    // Those that wait for an end get it by this.
    await service.end();
    await Promise.all(replies);
    await writer.end();
  };
  await Promise.race([ending(), deadline]);
  // What still runs is killed with this process, and what nobody reads is not waited for.
  process.exit(exitCodes.ok);
}

/** What the EXEC_* variables say, and `config` over it. */
const overEnvironment = (config) => ({ ...loadConfigFromEnv(), ...config });

async function answer(calls, server, writer, replies) {
  for await (const line of calls) {
    const reply = server.receive(line).then((message) => {
      replies.delete(reply);
      if (message !== null) writer.write(message);
    });
    replies.add(reply);
    await writer.below(unreadLimit);
  }
}

module.exports = { sidecar };
