// core.mjs once more, in a worker thread.
import { Worker } from 'node:worker_threads';

new Worker(new URL('core.mjs', import.meta.url), { argv: process.argv.slice(2) });
