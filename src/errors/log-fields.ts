import { type ErrorFields, toGatewayError } from './gateway-error.ts';

/**
 * What a log line says of an error: its code, its fields, and of an unexpected one its kind and where it came from.
 * Never its message: that might quote what it choked on.
 */
export function logFields(thrown: unknown): ErrorFields {
  const error = toGatewayError(thrown);
  const { cause } = error;
  return { ...error.fields, code: error.code, ...(cause instanceof Error ? originOf(cause) : {}) };
}

function originOf(cause: Error & { code?: unknown; errstr?: unknown }): ErrorFields {
  const { name, message, code, errstr, stack = '' } = cause;
  // The message comes first in the stack, and its own lines may look like frames.
  const at = (message === '' ? stack : stack.replace(message, () => ''))
    .split('\n')
    .filter(line => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .slice(0, 8)
    .join('\n');
  return {
    cause: typeof code === 'string' ? code : name,
    // node:sqlite: the fixed English text of the result code, e.g. `disk I/O error`.
    ...(typeof errstr === 'string' ? { sqlite: errstr } : {}),
    ...(at === '' ? {} : { at }),
  };
}
