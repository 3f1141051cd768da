// Screens of terminals as an SVG: a window for each, one under the other.

const cell = { width: 8.4, height: 18 };
const margin = 14;
const titleHeight = 34;
const gap = 16;
const look = {
  background: '#1a1d23',
  bar: '#252a33',
  edge: '#3a404c',
  text: '#d5dae3',
  title: '#9aa4b5',
  lines: '#5c6675',
};
/** The 16 colors of terminals, bright enough on this background; programs here use no others. */
const palette = [
  ...['#3b4252', '#f0717b', '#8fd18a', '#e6c26a', '#7fb0f5', '#cf9bea', '#6fd0d6', '#d5dae3'],
  ...['#5c6675', '#ff8a93', '#a9e6a4', '#f5d58a', '#9cc4ff', '#e0b5f7', '#8fe3e8', '#ffffff'],
];

/** The arms of a line character, from the middle of its cell: left, right, up, down. */
const arms = {
  ...{ '─': 'lr', '│': 'ud', '┌': 'rd', '┐': 'ld', '└': 'ru', '┘': 'lu' },
  ...{ '├': 'rud', '┤': 'lud', '┬': 'lrd', '┴': 'lru', '┼': 'lrud' },
};
const blocks = { '█': 1, '▓': 0.75, '▒': 0.5, '░': 0.25 };
const drawn = new RegExp(`[${Object.keys({ ...arms, ...blocks }).join('')}]`, 'u');

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const number = (value) => String(Math.round(value * 100) / 100);
const colorOf = ({ color }) => (typeof color === 'number' ? palette[color] : color) ?? look.text;

/**
 * @param {{ title: string, screen: object[][] }[]} windows screens as screenOf gives them
 * @param {{ columns: number, description: string }} options
 */
export function svgOf(windows, { columns, description }) {
  const width = columns * cell.width + 2 * margin;
  let y = 0;
  const parts = windows.map(({ title, screen }) => {
    const height = titleHeight + screen.length * cell.height + 2 * margin;
    const part = `<g transform="translate(0 ${number(y)})">\n${windowOf(title, screen, width, height)}\n</g>`;
    y += height + gap;
    return part;
  });
  const size = `width="${number(width)}" height="${number(y - gap)}" viewBox="0 0 ${number(width)} ${number(y - gap)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>${escape(description)}</title>
<style>text { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 14px }</style>
${parts.join('\n')}
</svg>
`;
}

function windowOf(title, screen, width, height) {
  const lights = ['#f0717b', '#e6c26a', '#8fd18a'];
  return [
    `<rect x=".5" y=".5" width="${number(width - 1)}" height="${number(height - 1)}" rx="9" fill="${look.background}" stroke="${look.edge}"/>`,
    `<path d="M1 ${titleHeight}V10a9 9 0 0 1 9-9H${number(width - 10)}a9 9 0 0 1 9 9V${titleHeight}Z" fill="${look.bar}"/>`,
    ...lights.map((color, i) => `<circle cx="${20 + 18 * i}" cy="${titleHeight / 2}" r="5.5" fill="${color}"/>`),
    `<text x="78" y="${titleHeight / 2 + 5}" fill="${look.title}">${escape(title)}</text>`,
    ...screen.flatMap((runs, row) => runs.flatMap((run) => runOf(run, row))),
  ].join('\n');
}

/** Text as text; lines and blocks as shapes, which meet whatever the font. */
function runOf(run, row) {
  const x = margin + run.x * cell.width;
  const y = titleHeight + margin + row * cell.height;
  const style = `fill="${colorOf(run)}"${run.bold ? ' font-weight="bold"' : ''}${run.dim ? ' opacity="0.6"' : ''}`;
  const characters = [...run.text];
  const shapes = characters.map((one, i) => shapeOf(one, x + i * cell.width, y, style)).filter(Boolean);
  // Each group of words at its own place and with its length: columns stay columns in any font.
  const text = characters.map((one) => (drawn.test(one) ? ' ' : one)).join('');
  const groups = [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
    const at = `x="${number(x + index * cell.width)}" y="${number(y + 13.5)}"`;
    const length = `textLength="${number(words.length * cell.width)}" lengthAdjust="spacing"`;
    return `<text ${at} ${length} ${style}>${escape(words)}</text>`;
  });
  return [...shapes, ...groups];
}

function shapeOf(character, x, y, style) {
  if (character in blocks) {
    const box = `x="${number(x)}" y="${number(y + 2)}" width="${number(cell.width)}" height="${cell.height - 4}"`;
    return `<rect ${box} ${style} fill-opacity="${blocks[character]}" shape-rendering="crispEdges"/>`;
  }
  if (!(character in arms)) return undefined;
  const middle = `M${number(x + cell.width / 2)} ${number(y + cell.height / 2)}`;
  const ends = {
    l: `H${number(x)}`,
    r: `H${number(x + cell.width)}`,
    u: `V${number(y)}`,
    d: `V${number(y + cell.height)}`,
  };
  const path = [...arms[character]].map((arm) => middle + ends[arm]).join('');
  return `<path d="${path}" stroke="${look.lines}" fill="none"/>`;
}
