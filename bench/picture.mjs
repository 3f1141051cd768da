// SVG pictures by Vega-Lite, without a browser.

import { join } from 'node:path';
import { createRequire } from 'node:module';

import { root } from '../scripts/support.mjs';

const font = 'system-ui, sans-serif';
const config = {
  font,
  background: 'white',
  view: { stroke: null },
  title: { anchor: 'start', fontSize: 13, font },
  axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', labelLimit: 260, gridColor: '#eeeeee' },
};
const ours = '#1f6feb';
const floor = '#9aa4af';
const others = '#d0a35c';
const spacing = { row: 24, column: 40 };
const independent = { scale: { x: 'independent', y: 'independent' } };
const whose = { domain: ['engine', 'C floor', 'others'], range: [ours, floor, others] };

function groupOf(subject) {
  if (subject.startsWith('engine')) return 'engine';
  return subject.startsWith('floor') ? 'C floor' : 'others';
}

/** One panel of bars per scenario; the thin line goes from the fastest to the slowest round. */
export function peersPicture(report) {
  const panels = Object.values(report.scenarios).filter(({ rows }) => Object.keys(rows).length > 1);
  return {
    config,
    columns: 2,
    spacing,
    resolve: independent,
    concat: panels.map(panel),
  };
}

function panel({ title, metric, unit, better, logarithmic, rows }) {
  const values = Object.entries(rows)
    .filter(([, row]) => row[metric] !== undefined)
    .map(([subject, row]) => ({ subject, group: groupOf(subject), ...row[metric] }));
  const direction = better === 'more' ? 'more is better' : 'less is better';
  const scale = logarithmic ? { type: 'log', domainMin: 1 } : { zero: true };
  const y = { field: 'subject', type: 'nominal', sort: null, title: null };
  return {
    title,
    width: 330,
    height: { step: 20 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 13 },
        encoding: {
          y,
          x: { field: 'median', type: 'quantitative', scale, title: `${unit}, ${direction}` },
          ...(logarithmic ? { x2: { datum: 1 } } : {}),
          color: { field: 'group', scale: whose, title: null },
        },
      },
      {
        mark: { type: 'rule', color: '#333333' },
        encoding: { y, x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
    ],
  };
}

/** One panel per question of growth: points joined by lines, both axes logarithmic. */
export function growthPicture(series) {
  return { config, columns: 2, spacing, resolve: independent, concat: series.map(growthPanel) };
}

function growthPanel({ title, xTitle, yTitle, points }) {
  const log = (field, title) => ({ field, type: 'quantitative', scale: { type: 'log' }, title });
  return {
    title,
    width: 330,
    height: 200,
    data: { values: points },
    mark: { type: 'line', point: true },
    encoding: {
      x: log('x', xTitle),
      y: log('y', yTitle),
      color: { field: 'subject', type: 'nominal', title: null },
    },
  };
}

export async function toSvg(spec) {
  const require = createRequire(join(root, 'bench/package.json'));
  const load = async (name) => import(require.resolve(name));
  const [vega, { compile }] = await Promise.all([load('vega'), load('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
