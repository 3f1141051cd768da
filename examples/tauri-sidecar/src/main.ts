/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

// A window in which a person runs a shell line and watches its output.

import { SidecarEngine } from 'cloudops-execution-engine/sidecar';
import type { ExecutionEngine } from 'cloudops-execution-engine';

import { TauriTransport } from './tauri_transport.js';

// In Node or Electron this line would be `new ExecutionEngine({ … })`; everything below it stays the same.
const engine: ExecutionEngine = new SidecarEngine({ kill_grace_period_ms: 2000 }, { transport: new TauriTransport() });

const element = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
};
const form = element<HTMLFormElement>('form');
const input = element<HTMLInputElement>('line');
const output = element<HTMLPreElement>('output');
const status = element('status');
const stop = element<HTMLButtonElement>('stop');

/** So much stays on the page. Lines. */
const keptLines = 2000;

async function run(command: string): Promise<void> {
  output.replaceChildren();
  const controller = new AbortController();
  stop.onclick = () => controller.abort();
  const id = await engine.execute({ command: { type: 'shell', command } }, { signal: controller.signal });
  status.textContent = 'running';
  // The loop is the command's pace-maker: should the page fall behind, the command waits.
  for await (const { stream, line } of engine.lines(id)) {
    const row = document.createElement('span');
    row.className = stream;
    row.textContent = `${line}\n`;
    output.append(row);
    if (output.childElementCount > keptLines) output.firstElementChild?.remove();
  }
  const { status: end, exit_code: code, duration } = await engine.waitForCompletion(id);
  status.textContent = `${end} with ${code} after ${duration}`;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  run(input.value).catch((error: unknown) => {
    status.textContent = error instanceof Error ? error.message : String(error);
  });
});
