// The same declarations for `import`: TypeScript takes a .d.ts of this package for CommonJS.
export * from './index.js';
