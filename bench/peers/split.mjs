/** The split that a careful user writes by hand: text in, lines out, one indexOf and one slice per line. */
export function lineSplitter(onLine) {
  let open = '';
  return {
    take(text) {
      let at = 0;
      let end = text.indexOf('\n');
      if (end < 0) {
        open += text;
        return;
      }
      onLine(open + text.slice(0, end));
      for (at = end + 1; (end = text.indexOf('\n', at)) >= 0; at = end + 1) onLine(text.slice(at, end));
      open = text.slice(at);
    },
    end() {
      if (open !== '') onLine(open);
    },
  };
}

/** The same over a web stream of bytes. */
export async function splitStream(stream, onLine) {
  const decoder = new TextDecoder();
  const splitter = lineSplitter(onLine);
  for await (const chunk of stream) splitter.take(decoder.decode(chunk, { stream: true }));
  splitter.end();
}

export async function countBytes(stream) {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.byteLength;
  return bytes;
}
