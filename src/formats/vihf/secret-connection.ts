import { GatewayError } from '../../errors/gateway-error.ts';

/**
 * What a VIHF says of a secret connection (CONNEXION_SECRETE): the value that the DMP has fixed with the establishment, for
 * no public text has it; undefined where none is asked for.
 *
 * @throws GatewayError DMP-016 where one is asked for and no value is configured: nothing may go openly then
 */
export function secretConnectionOf(asked: boolean, configured: string | undefined): string | undefined {
  if (!asked) return undefined;
  const value = configured?.trim() ?? '';
  if (value === '') throw new GatewayError('DMP-016');
  return value;
}
