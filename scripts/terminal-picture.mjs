// Makes docs/images/plan.svg: two plans of examples/plans on a terminal, one while it runs and one at its end.
//   npm run picture

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure, main, root, step } from './support.mjs';
import { record, screenOf, untilMiddle } from './terminal/recording.mjs';
import { svgOf } from './terminal/svg.mjs';

const size = { columns: 86, rows: 40 };
const file = join(root, 'docs/images/plan.svg');

const shots = [
  { plan: 'examples/plans/release.json', part: untilMiddle, note: 'while it runs' },
  { plan: 'examples/plans/troubled.json', part: (output) => output, note: 'at its end' },
];

async function windowOf({ plan, part, note }) {
  const output = await record(`'${process.execPath}' bin/cloudops-exec.js plan ${plan}`, size);
  const screen = await screenOf(part(output), size);
  if (screen.length < 5) throw new Failure(`There is hardly anything on the screen:\n${output}`);
  return { title: `cloudops-exec plan ${plan} · ${note}`, screen };
}

await main(async () => {
  process.chdir(root);
  const windows = [];
  for (const shot of shots) windows.push(await step(shot.plan, () => windowOf(shot)));
  const description =
    'Two terminals: a plan of seven commands while it runs, and the summary of one in which much fails';
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, svgOf(windows, { ...size, description }));
  console.log(file);
});
