import type { Journal } from '../journal/journal.ts';

/** What a payload of an exchange holds as JSON; undefined where there is none, or none any more. @throws GatewayError JRN-004 */
export async function keptJson(
  journal: Pick<Journal, 'payload'>,
  exchangeId: string,
  name: string,
): Promise<unknown> {
  const bytes = await journal.payload(exchangeId, name);
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as unknown);
}
