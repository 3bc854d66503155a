import { expect } from 'vitest';
import type { ErrorClass, ErrorCode } from '../../src/errors/catalogue.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';

/** What a promise failed with, which is a GatewayError. */
export async function failureOf(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
}

/** Of the same, what decides on what happens next. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ readonly code: ErrorCode; readonly kind: ErrorClass }> {
  const { code, class: kind } = await failureOf(promise);
  return { code, kind };
}
