'use strict';

const { version } = require('../../package.json');
const { showDuration } = require('../duration.js');
const { html } = require('./html.js');
const { style } = require('./style.js');
const { timeline } = require('./timeline.js');

/** Of each stream, so much is in the page; the end of it, where errors are. Characters. */
const outputLimit = 200_000;

/** @param {{ plan: object, rows: object[], result: object }} parts a plan, its complete board's rows, its result */
function page({ plan, rows, result }) {
  const began = rows.map((row) => row.result.started_at).sort()[0];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${plan.description}: ${result.status}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <main>
          <h1>${plan.description}</h1>
          <p>
            <span class="badge ${result.status}">${result.status}</span> ${showDuration(result.total_duration_ms)} ·
            ${rows.length} ${rows.length === 1 ? 'command' : 'commands'} · ${strategyText(plan.strategy)} · ${began}
          </p>
          <section class="chart">${timeline(rows, plan.strategy)}</section>
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th class="number">#</th>
                  <th>command</th>
                  <th>status</th>
                  <th class="number">exit</th>
                  <th class="number">time</th>
                  <th class="number">CPU</th>
                  <th class="number">max RSS</th>
                  <th class="number">output</th>
                </tr>
              </thead>
              <tbody>
                ${rows.map(tableRow)}
              </tbody>
            </table>
          </div>
          ${rows.map(details)}
          <footer>plan ${result.plan_id} · cloudops-exec ${version}</footer>
        </main>
      </body>
    </html> `.toString();
}

function strategyText(strategy) {
  const width = strategy.max_concurrency ? `, at most ${strategy.max_concurrency} at once` : '';
  if (strategy.type === 'serial')
    return strategy.stop_on_error === false ? 'one by one, errors included' : 'one by one';
  return `${strategy.type === 'parallel' ? 'all at once' : 'by dependencies'}${width}`;
}

const size = (bytes) =>
  bytes < 10_000 ? `${bytes} B` : bytes < 1e7 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function tableRow({ index, name, status, startedAt, result }) {
  const ran = startedAt !== undefined;
  const usage = result.resource_usage;
  return html`<tr>
    <td class="number">${index}</td>
    <td>
      <a href="#c${index}"><code>${name}</code></a>
    </td>
    <td><span class="badge ${status}">${status}</span></td>
    <td class="number">${result.signal ?? (ran ? result.exit_code : '–')}</td>
    <td class="number">${ran ? showDuration(result.duration_ms) : '–'}</td>
    <td class="number">${usage === null ? '–' : showDuration(usage.user_cpu_ms + usage.system_cpu_ms)}</td>
    <td class="number">${usage === null ? '–' : size(usage.max_rss_bytes)}</td>
    <td class="number">${size(result.stdout_bytes + result.stderr_bytes)}</td>
  </tr> `;
}

function details({ index, name, status, result }) {
  const streams = ['stdout', 'stderr'].filter((stream) => result[stream] !== '');
  return html`<details id="c${index}" ${result.success ? '' : html` open`}>
    <summary>${index} <code>${name}</code> <span class="badge ${status}">${status}</span></summary>
    ${result.error === null ? '' : html`<p class="error">${result.error}</p>`}
    <p class="note">
      ${result.started_at} to
      ${result.completed_at}${result.log_path === null ? '' : html` · log: <code>${result.log_path}</code>`}
    </p>
    ${streams.map((stream) => output(stream, result[stream]))}${streams.length === 0 ? html`<p class="note">no output</p>` : ''}
  </details> `;
}

function output(stream, text) {
  const missing = text.length - outputLimit;
  const note = missing > 0 ? html`<p class="note">the first ${missing} characters are left out</p>` : '';
  return html`<h3>${stream}</h3>
    ${note}
    <pre>${missing > 0 ? text.slice(missing) : text}</pre>`;
}

module.exports = { page };
