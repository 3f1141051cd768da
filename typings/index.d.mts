// The same declarations for `import`: TypeScript takes a .d.ts of this package for CommonJS.
export * from './index.js';

declare const engine: typeof import('./index.js');
/** All of it as one object, as `require` gives it. */
export default engine;
