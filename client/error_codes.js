'use strict';

/**
 * Of JSON-RPC 2.0, and the two of its range for servers. engine: the engine said no, and `data` says how. aborted: withdrawn
 * before it was accepted.
 */
const rpcCodes = { engine: -32000, aborted: -32001, invalidParams: -32602, internal: -32603 };

module.exports = { rpcCodes };
