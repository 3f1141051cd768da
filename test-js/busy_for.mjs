/** Keeps this thread from anything else for so many milliseconds. */
export function busyFor(ms) {
  const over = performance.now() + ms;
  while (performance.now() < over);
}
