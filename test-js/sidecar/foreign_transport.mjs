// A transport to a sidecar that is not ours.

/**
 * Greets like a sidecar, then answers every call with `answer(id)`. `say` sends a line of its own, `end` ends it; `told`
 * is what came without wanting an answer, `isHeld` whether the process is to stay for it.
 */
export function foreignTransport(answer) {
  let receive;
  const transport = {
    told: [],
    isHeld: false,
    start({ line, end }) {
      receive = line;
      transport.end = end;
    },
    send(text) {
      const { id, method, params } = JSON.parse(text);
      if (id === undefined) {
        transport.told.push({ method, params });
        return;
      }
      const reply = method === 'initialize' ? { result: { version: '0', protocol: 1, pid: 0 } } : answer(id);
      receive(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
    },
    close() {},
    ref() {
      transport.isHeld = true;
    },
    unref() {
      transport.isHeld = false;
    },
    say: (line) => receive(line),
  };
  return transport;
}
