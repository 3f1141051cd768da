// A transport to a sidecar that is not ours.

/** Greets like a sidecar, then answers every call with `answer(id)`. `say` sends a line of its own. */
export function foreignTransport(answer) {
  let receive;
  return {
    start({ line }) {
      receive = line;
    },
    send(text) {
      const { id, method } = JSON.parse(text);
      if (id === undefined) return;
      const reply = method === 'initialize' ? { result: { version: '0', protocol: 1, pid: 0 } } : answer(id);
      receive(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
    },
    close() {},
    say: (line) => receive(line),
  };
}
