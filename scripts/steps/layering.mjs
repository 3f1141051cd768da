import { checkLayering, toothlessRules } from '../check-layering.mjs';

/** One case per rule, and one that shows that the rules can fail. */
export async function layering() {
  const results = [
    ...checkLayering(),
    { name: 'every rule refuses a made-up violation', violations: toothlessRules() },
  ];
  for (const { name, violations } of results) {
    console.log(`${violations.length === 0 ? '✓' : '✗'} ${name}`);
    for (const violation of violations) console.log(`    ${violation}`);
  }
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  return { passed: results.length - failed, failed };
}
