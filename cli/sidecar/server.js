'use strict';

const { JSONRPCErrorCode, JSONRPCErrorException, JSONRPCServer, createJSONRPCErrorResponse } = require('json-rpc-2.0');

const { rpcCodes } = require('../../client/error_codes.js');
const { longestLine, tooLong } = require('../../client/line_reader.js');
const { reviver } = require('../../client/wire_value.js');

const { errorToWire } = require('./wire_error.js');

/**
 * JSON-RPC 2.0 around a service: one line in, one message or nothing out. Parameters go by name.
 * @param {import('./service.js').Service} service
 */
function makeServer(service) {
  const server = new JSONRPCServer({ errorListener: () => {} });
  server.mapErrorToJSONRPCErrorResponse = (id, error) => {
    const { code, message, data } = error instanceof JSONRPCErrorException ? error : errorToWire(error);
    return createJSONRPCErrorResponse(id, code, message, data);
  };
  for (const [name, method] of service.methods()) {
    server.addMethod(name, (params = {}) => {
      if (typeof params !== 'object' || params === null || Array.isArray(params)) {
        throw new JSONRPCErrorException('parameters go by name: params must be an object', rpcCodes.invalidParams);
      }
      return method(params);
    });
  }
  return { receive: (line) => receive(server, line) };
}

/** Never rejects. Batches are taken apart here, because the answer to a batch is an array even when it has one member. */
async function receive(server, line) {
  if (line === tooLong) {
    const what = `the line has more than ${longestLine} characters`;
    return createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, what);
  }
  let message;
  try {
    message = JSON.parse(line, reviver);
  } catch {
    return createJSONRPCErrorResponse(null, JSONRPCErrorCode.ParseError, 'the line is not JSON');
  }
  if (!Array.isArray(message) || message.length === 0) return one(server, message);
  const replies = (await Promise.all(message.map((each) => one(server, each)))).filter((reply) => reply !== null);
  return replies.length > 0 ? replies : null;
}

const isId = (value) => value === null || typeof value === 'string' || typeof value === 'number';

function one(server, message) {
  const id = message?.id;
  if (typeof message?.method === 'string' && (id === undefined || isId(id))) return server.receive(message);
  return Promise.resolve(
    createJSONRPCErrorResponse(
      isId(id) ? id : null,
      JSONRPCErrorCode.InvalidRequest,
      'a request must be an object with a method; its id, if any, a string or a number',
    ),
  );
}

module.exports = { makeServer };
