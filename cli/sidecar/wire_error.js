'use strict';

const { rpcCodes } = require('../../client/error_codes.js');
const { ExecutionError } = require('../../lib/errors.js');

const fields = ['code', 'kind', 'field', 'execution_id', 'errno', 'result'];

/** What becomes of a rejection on its way out. @returns {{ code: number, message: string, data?: object }} */
function errorToWire(error) {
  if (error instanceof ExecutionError) {
    const data = Object.fromEntries(
      fields.filter((name) => error[name] !== undefined).map((name) => [name, error[name]]),
    );
    return { code: rpcCodes.engine, message: error.message, data };
  }
  if (error?.name === 'AbortError') {
    return { code: rpcCodes.aborted, message: 'withdrawn before it was accepted', data: { code: 'ABORTED' } };
  }
  return { code: rpcCodes.internal, message: error?.message ?? String(error), data: { code: 'INTERNAL' } };
}

module.exports = { errorToWire };
