// Making elements. Text becomes text nodes; there is no way here to hand over HTML.

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ''));
  return element;
}

/** @param {Record<string, unknown>} attributes a function is a listener of the event with that name */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const s = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

/** Changes the text only where it differs, so that selections and readers of the screen are left alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const badge = (status) => h('span', { class: `badge ${status}` }, status);

export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
