import { GatewayError } from '../../../src/errors/gateway-error.ts';

/** The fault that a function throws; any other error passes through, and so does a function that returns. */
export function thrownBy(run: () => unknown): GatewayError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

/** The code of the fault that a function throws; 'none' when it returns. */
export function codeOf(run: () => unknown): string {
  let returned = false;
  const fault = () => {
    run();
    returned = true;
  };
  try {
    return thrownBy(fault).code;
  } catch (thrown) {
    if (returned) return 'none';
    throw thrown;
  }
}
