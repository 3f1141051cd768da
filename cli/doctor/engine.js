'use strict';

const { readFileSync, readdirSync, readlinkSync } = require('node:fs');
const { release } = require('node:os');

const { ExecutionEngine } = require('../../lib/engine.js');

const { atLeast, kernelOf, limitIn } = require('./host.js');

/** A command that tells its process id and then waits for the end of its input. */
const probe = {
  command: { type: 'exec', program: 'sh', args: ['-c', 'echo $$; cat'] },
  stdin: { type: 'pipe' },
};
const familyTimeoutMs = 5000;

const linksIn = (dir) =>
  readdirSync(dir).flatMap((name) => {
    try {
      return [readlinkSync(`${dir}/${name}`)];
    } catch {
      // A descriptor or process that was gone before it was looked at.
      return [];
    }
  });

function parentOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The helper that kills what runs should this process die: the child of ours that is not the probe. */
function findGuard(probePid) {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      if (Number(name) === probePid || parentOf(name) !== process.pid) continue;
      return { pid: Number(name), file: readlinkSync(`/proc/${name}/exe`) };
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

/** Runs a command and looks from outside at how the engine keeps hold of it. */
async function checkEngine() {
  let engine;
  try {
    engine = new ExecutionEngine({ log_dir: null, kill_grace_period_ms: 200, default_timeout_ms: familyTimeoutMs });
  } catch (error) {
    return [{ name: 'addon', state: 'missing', found: error.message, essential: true }];
  }
  try {
    const id = await engine.execute(probe);
    for await (const { line } of engine.lines(id)) {
      const checks = look(Number(line));
      await engine.closeStdin(id);
      return [addonCheck(), ...checks, await endCheck(engine, id), await killCheck(engine)];
    }
    const { error } = await engine.waitForCompletion(id);
    return [
      addonCheck(),
      { name: 'running a command', state: 'missing', found: error ?? 'no output', essential: true },
    ];
  } catch (error) {
    return [addonCheck(), { name: 'running a command', state: 'missing', found: error.message, essential: true }];
  } finally {
    await engine.close();
  }
}

function addonCheck() {
  const path = /\S+cloudops_execution_engine\.node$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0];
  return { name: 'addon', state: 'ok', found: path ?? 'loaded', essential: true };
}

/** What can be seen while the probe runs. */
function look(pid) {
  const hasPidfd = linksIn('/proc/self/fd').includes('anon_inode:[pidfd]');
  const mark = limitIn(readFileSync(`/proc/${pid}/limits`, 'utf8'), 'Max realtime timeout');
  const isMarked = mark !== undefined && (Number.isFinite(mark.hard) || Number.isFinite(mark.soft));
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const guard = findGuard(pid);
  const hasCloseRange = atLeast(kernelOf(release()), [5, 9]);
  return [
    {
      name: 'pidfd',
      state: hasPidfd ? 'ok' : 'missing',
      found: hasPidfd ? 'commands are waited for and killed without races' : 'no pidfd of a running command was found',
      essential: true,
    },
    {
      name: 'close_range',
      state: hasCloseRange ? 'ok' : 'note',
      found: `${hasCloseRange ? 'in this kernel' : 'not before Linux 5.9, done one by one'}; the command had ${descriptors} descriptors`,
      essential: false,
    },
    {
      name: 'tree marks',
      state: isMarked ? 'ok' : 'note',
      found: isMarked
        ? 'RLIMIT_RTTIME marks every descendant'
        : 'RLIMIT_RTTIME is in use: descendants are known by their process group only',
      essential: false,
    },
    guardCheck(guard),
  ];
}

function guardCheck(guard) {
  const name = 'guard helper';
  if (guard === undefined) {
    return {
      name,
      state: 'note',
      found: 'none: should this process be killed, grandchildren may outlive it',
      essential: false,
    };
  }
  const inMemory = guard.file.startsWith('/memfd:');
  return {
    name,
    state: 'ok',
    found: inMemory ? 'runs from memory (memfd)' : `runs from a file (vm.memfd_noexec?): ${guard.file}`,
    essential: false,
  };
}

async function endCheck(engine, id) {
  const { success, duration, error } = await engine.waitForCompletion(id);
  const name = 'running a command';
  if (success) return { name, state: 'ok', found: `start, input, output and end in ${duration}`, essential: true };
  return { name, state: 'missing', found: error ?? 'the probe failed', essential: true };
}

/** A tree that left its group is ended too. */
async function killCheck(engine) {
  const id = await engine.execute({
    command: {
      type: 'exec',
      program: 'sh',
      args: ['-c', 'if command -v setsid >/dev/null; then setsid sleep 1000 & else sleep 1000 & fi; echo; wait'],
    },
  });
  const lines = engine.lines(id);
  await lines.next();
  await lines.return();
  await engine.cancel(id);
  const { status, duration, termination } = await engine.waitForCompletion(id);
  const works = status === 'cancelled' && termination.survivors.length === 0;
  return {
    name: 'cancelling a tree',
    state: works ? 'ok' : 'missing',
    found: works ? `all of it ended after ${duration}` : `${status}; left over: ${termination?.survivors.join(', ')}`,
    essential: true,
  };
}

module.exports = { checkEngine };
