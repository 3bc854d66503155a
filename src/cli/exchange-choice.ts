import type { SteerContext } from '../flows/steer.ts';
import type { Journal } from '../journal/journal.ts';
import { UsageError } from './failure.ts';
import { withJournal } from './journal-access.ts';
import { configOf, type ConfigOption } from './options.ts';

/** What an exchange is named by on the command line. */
export const EXCHANGE_ID = 'identifiant de l’échange, ou son début s’il suffit à le reconnaître';

/** When what a person does has its effect. */
export const EFFECT = 'La passerelle s’en occupe dans les secondes qui suivent, ou dès qu’elle tourne.';

/** Acts on the exchange that an id names. @throws UsageError for an id of none, or of several */
export async function steer(
  id: string,
  options: ConfigOption,
  act: (exchangeId: string, access: SteerContext) => Promise<void>,
): Promise<void> {
  await withJournal(configOf(options), async access => act(await fullId(id, access.journal), access));
}

/**
 * Ids are copied by hand, from logs: the beginning of one is enough where it names one exchange.
 *
 * @throws UsageError for the beginning of none, or of several
 */
export async function fullId(begin: string, journal: Journal): Promise<string> {
  const wanted = begin.trim().toLowerCase();
  if (!/^[0-9a-f][0-9a-f-]*$/.test(wanted)) throw unknownExchange(begin);
  // Ids are hexadecimal: `g` comes after every id that begins so, and the last ones before it are those.
  const candidates = await journal.list({ before: `${wanted}g`, limit: 2 });
  const [found, another] = candidates.filter(({ id }) => id.startsWith(wanted));
  if (found === undefined) throw unknownExchange(begin);
  if (another !== undefined && found.id !== wanted) {
    throw new UsageError(`Plusieurs échanges commencent par « ${begin} » : donnez plus de caractères.`);
  }
  return found.id;
}

export function unknownExchange(id: string): UsageError {
  return new UsageError(
    `L’échange « ${id} » n’est pas dans le journal. Voyez les identifiants avec \`pfi exchanges list\`.`,
  );
}
