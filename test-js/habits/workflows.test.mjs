// .github: what is there parses, asks for no more than it needs, and runs commands that exist.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { parse } from 'yaml';

import { targets } from '../../scripts/prebuild/targets.mjs';
import { filesIn, root, scriptsIn, stepsOf, text, workflows } from './support.mjs';

const { scripts } = JSON.parse(text('package.json'));
const named = (name) => workflows.find(({ file }) => file.endsWith(`/${name}.yml`));

test('there are the four workflows', () => {
  assert.deepEqual(workflows.map(({ file }) => file.split('/').pop()).sort(), [
    'ci.yml',
    'prebuilds.yml',
    'release.yml',
    'sanitizers.yml',
  ]);
});

for (const workflow of workflows) {
  const { file, jobs } = workflow;

  test(`${file}: few rights, one run at a time, no endless job`, () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' });
    assert.ok(workflow.concurrency.group);
    for (const [name, job] of Object.entries(jobs)) {
      assert.ok(job.uses !== undefined || job['timeout-minutes'] <= 90, name);
      const more = Object.entries(job.permissions ?? {}).filter(([, right]) => right !== 'read');
      assert.deepEqual(more, file.endsWith('release.yml') && name === 'publish' ? [['id-token', 'write']] : [], name);
      for (const needed of [job.needs ?? []].flat()) assert.ok(needed in jobs, `${name} needs ${needed}`);
    }
  });

  test(`${file}: actions have a pinned version, commands exist`, () => {
    const used = [...stepsOf(workflow), ...Object.values(jobs)].map(({ uses }) => uses).filter(Boolean);
    for (const action of used) {
      if (action.startsWith('./')) {
        const called = workflows.find((one) => one.file === action.slice(2));
        assert.ok(called !== undefined && 'workflow_call' in called.on, action);
      } else assert.match(action, /^[\w-]+\/[\w-]+@v\d+$/);
    }
    const commands = stepsOf(workflow).flatMap(({ run = '' }) => run);
    for (const name of commands.flatMap(scriptsIn)) assert.ok(name in scripts, `npm run ${name}`);
    for (const path of commands.flatMap((run) => run.match(/\b[\w-]+(?:\/[\w.-]+)*\.mjs\b/g) ?? [])) {
      assert.ok(existsSync(join(root, path)), path);
    }
  });
}

test('the matrices are those of the scripts', () => {
  const names = targets.map(({ name }) => name);
  assert.deepEqual(named('prebuilds').jobs.build.strategy.matrix.target, names);
  for (const { target } of named('prebuilds').jobs.run.strategy.matrix.include)
    assert.ok(names.includes(target), target);
  const usage = /\[address\|thread\|node…\]/;
  assert.match(text('scripts/test-sanitizers.mjs'), usage);
  assert.deepEqual(named('sanitizers').jobs.sanitizers.strategy.matrix.run, ['address', 'thread', 'node']);
});

test('a release is what was checked: provenance, all binaries, after all tests', () => {
  const { publish } = named('release').jobs;
  assert.deepEqual(publish.needs, ['check', 'prebuilds']);
  assert.ok(publish.steps.some(({ run }) => run === 'npm publish --provenance --access public'));
  assert.match(scripts.prepack, /prebuild\.mjs --check/);
});

test('only systems that the package does not name may fail', () => {
  const { linux, elsewhere } = named('ci').jobs;
  assert.equal(linux['continue-on-error'], undefined);
  assert.deepEqual(linux.strategy.matrix.include.map(({ arch }) => arch).sort(), ['arm64', 'x64', 'x64']);
  assert.equal(elsewhere['continue-on-error'], true);
});

test('the forms for issues parse, and each question has a name of its own', () => {
  const forms = filesIn('.github/ISSUE_TEMPLATE', '.yml');
  assert.equal(forms.length, 3);
  for (const file of forms.filter((one) => !one.endsWith('config.yml'))) {
    const { name, description, body } = parse(text(file));
    assert.ok(name && description);
    const ids = body.map(({ id }) => id);
    assert.equal(new Set(ids).size, body.length, file);
    for (const { attributes } of body) assert.ok(attributes.label);
  }
  assert.equal(parse(text('.github/ISSUE_TEMPLATE/config.yml')).blank_issues_enabled, false);
});
