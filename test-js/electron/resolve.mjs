// Module hooks: the example has a package.json of its own and nothing installed. Its engine is the one of this tree, and
// its Electron the one that the test has put into globalThis.fakeElectron.

const engine = new URL('../../lib/index.mjs', import.meta.url).href;
const names = ['app', 'protocol', 'session', 'ipcMain', 'BrowserWindow'];
const electron = names.map((name) => `export const ${name} = globalThis.fakeElectron?.${name};`).join('\n');

export function resolve(specifier, context, next) {
  if (specifier === 'cloudops-execution-engine') return { url: engine, shortCircuit: true };
  if (specifier === 'electron')
    return { url: `data:text/javascript,${encodeURIComponent(electron)}`, shortCircuit: true };
  return next(specifier, context);
}
