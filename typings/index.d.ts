export * from './config';
export * from './engine';
export * from './errors';
export * from './event';
export * from './handlers';
export * from './plan';
export * from './request';
export * from './result';
