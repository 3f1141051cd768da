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

/**
 * One event object per whole line of `text`, with the members that the engine's have, its line handed on.
 *
 * @returns {{ seq: number, used: number }} the last line's number, and where the open line begins
 */
export function eventsOf(text, id, seq, onLine) {
  const timestamp = new Date().toISOString();
  let used = 0;
  for (let end; (end = text.indexOf('\n', used)) >= 0; used = end + 1) {
    const event = { event_type: 'stdout', execution_id: id, timestamp, line: text.slice(used, end), seq: ++seq };
    onLine(event.line);
  }
  return { seq, used };
}

/** The same as lineSplitter over a web stream of bytes. */
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
