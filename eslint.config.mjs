import js from '@eslint/js';
import globals from 'globals';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['build/', 'out/', 'node_modules/', 'prebuilds/'] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.nodeBuiltin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs', globals: globals.node } },
  // What a browser runs.
  { files: ['examples/console/page/**'], languageOptions: { globals: globals.browser } },
  {
    files: ['**/*.ts', '**/*.mts', '**/*.cts'],
    extends: [typescript.configs.recommended],
  },
  {
    // Typings tests name values only to look at their types.
    files: ['test-js/types/**'],
    rules: { '@typescript-eslint/no-unused-vars': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
