'use strict';

const { html } = require('./html.js');

/** For light and dark screens, and for paper. */
const style = html`
  :root { color-scheme: light dark; --text: #1d2430; --dim: #667085; --line: #e4e7ec; --back: #f7f8fa; --card: #fff;
  --completed: #2e9e6b; --failed: #d64545; --timeout: #d9822b; --cancelled: #8a94a6; } @media (prefers-color-scheme:
  dark) { :root { --text: #e6e9ef; --dim: #98a2b3; --line: #2c3442; --back: #12161d; --card: #1a202b; } } body { margin:
  0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; } main { max-width: 1080px;
  margin: 0 auto; padding: 24px 16px 48px; } h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; } h3 {
  font-size: 13px; margin: 12px 0 4px; color: var(--dim); } .chart, .wide, details { background: var(--card); border:
  1px solid var(--line); border-radius: 8px; margin: 16px 0; } .chart { padding: 12px 16px; } .chart, .wide {
  overflow-x: auto; } svg { width: 100%; min-width: 720px; display: block; } svg text { font: 12px system-ui,
  sans-serif; fill: var(--text); } svg .axis { fill: var(--dim); text-anchor: middle; font-size: 11px; } svg .time, svg
  .never { fill: var(--dim); font-size: 11px; } svg .time.within, svg .time.before { text-anchor: end; } svg .time {
  stroke: var(--card); stroke-width: 4px; paint-order: stroke; } svg .time.within { fill: #fff; stroke: none; } .bar {
  rx: 3px; } .tick { stroke: var(--line); } .arrow { fill: none; stroke: var(--dim); stroke-width: 1.2; opacity: .7; }
  .tip { fill: var(--dim); } .bar.completed { fill: var(--completed); } .bar.failed { fill: var(--failed); }
  .bar.timeout { fill: var(--timeout); } .bar.cancelled { fill: var(--cancelled); } table { width: 100%;
  border-collapse: separate; border-spacing: 0; } th { text-align: left; } th, td { padding: 6px 12px; border-top: 1px
  solid var(--line); } thead th { border-top: 0; font-size: 12px; color: var(--dim); font-weight: 600; } .number {
  text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td a { color: inherit; text-decoration:
  none; } td a:hover { text-decoration: underline; } code, pre { font: 13px/1.45 ui-monospace, monospace; } td code,
  summary code { overflow-wrap: anywhere; } .badge { display: inline-block; padding: 0 8px; border-radius: 9px;
  font-size: 12px; color: #fff; background: var(--cancelled); } .badge.completed { background: var(--completed); }
  .badge.failed { background: var(--failed); } .badge.timeout { background: var(--timeout); } details { padding: 8px
  16px; } summary { cursor: pointer; } .note, footer { color: var(--dim); font-size: 13px; } .error { color:
  var(--failed); } pre { margin: 0; padding: 10px 12px; background: var(--back); border-radius: 6px; overflow: auto;
  max-height: 420px; white-space: pre-wrap; overflow-wrap: anywhere; } @media print { pre { max-height: none; } }
`;

module.exports = { style };
