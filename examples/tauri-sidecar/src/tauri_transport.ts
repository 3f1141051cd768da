// Lines to and from the sidecar through Tauri's shell plugin.

import { Command, type Child } from '@tauri-apps/plugin-shell';

import type { Transport, TransportHandlers } from 'cloudops-execution-engine/sidecar';

/** What this needs of the plugin's Command; a test can give something else. */
export interface LineProcess {
  stdout: { on(event: 'data', listener: (line: string) => void): unknown };
  on(event: 'close', listener: (ended: { code: number | null; signal: number | null }) => void): unknown;
  on(event: 'error', listener: (error: string) => void): unknown;
  spawn(): Promise<Pick<Child, 'write' | 'kill'>>;
}

/** The sidecar that tauri.conf.json names under `externalBin` and the capability allows. */
const engineSidecar = (): LineProcess => Command.sidecar('binaries/cloudops-exec', ['sidecar']);

/** One per engine. The sidecar ends with `close`, and with the application however that ends. */
export class TauriTransport implements Transport {
  readonly #process: LineProcess;
  #child: Pick<Child, 'write' | 'kill'> | undefined;
  /** Writes go through Tauri's own messages, which need not arrive in the order they were sent. */
  #written: Promise<void> = Promise.resolve();

  constructor(process: LineProcess = engineSidecar()) {
    this.#process = process;
  }

  async start({ line, end }: TransportHandlers): Promise<void> {
    // The plugin hands over one line at a time, with its line end.
    this.#process.stdout.on('data', (text) => line(text.trimEnd()));
    this.#process.on('close', ({ code, signal }) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
    this.#process.on('error', (error) => end(error));
    this.#child = await this.#process.spawn();
  }

  send(line: string): Promise<void> {
    const write = this.#written.then(() => this.#child?.write(`${line}\n`));
    // A failed write is told to its caller; the next one tries again.
    this.#written = write.catch(() => undefined);
    return write;
  }

  /** The engine in it was closed before; what should still run dies with it. */
  async close(): Promise<void> {
    await this.#written;
    await this.#child?.kill();
  }
}
