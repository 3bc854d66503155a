import { type Command, Option } from 'commander';
import { type ErrorCode, isErrorCode } from '../errors/catalogue.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { retryExchange, type SteerContext } from '../flows/steer.ts';
import { EFFECT, EXCHANGE_ID, steer } from './exchange-choice.ts';
import { UsageError } from './failure.ts';
import { withJournal } from './journal-access.ts';
import { configOf, type ConfigOption, type JsonOption, withCommonOptions } from './options.ts';
import { count, print, printJson } from './output.ts';

interface RetryChoice extends ConfigOption, JsonOption {
  readonly confirm: boolean;
  readonly asNew: boolean;
  readonly code?: string;
}

/** As many as one cause has ever held up, and more. */
const MAX_EXCHANGES = 10_000;

/** Adds `pfi exchanges retry`. */
export function addRetry(exchanges: Command): void {
  withCommonOptions(exchanges.command('retry'))
    .argument('[id]', EXCHANGE_ID)
    .summary('relance ce qui attend, sinon les documents refusés')
    .description(
      'Relance ce qui attend une personne ; si rien n’attend, les documents refusés. Corrigez d’abord la cause. Un document ou un accusé repart sous un nouvel identifiant de message ; un courriel mis de côté est relu dans la boîte ; un courriel de documents que l’opérateur n’a pas pris repart tel quel ; un dépôt au DMP est préparé à nouveau ; une demande FHIR repart telle quelle. Ce qui est déjà parti ne peut pas être relancé.',
    )
    .option('--confirm', 'envoie aussi ce qu’un doute d’identité retient : vous avez vérifié', false)
    .addOption(
      new Option(
        '--as-new',
        'dépose au DMP, comme un nouveau document, un remplacement dont il ne connaît pas l’original',
      ).default(false),
    )
    .addOption(
      new Option(
        '--code <code>',
        'au lieu d’un échange : dans tous, ce qui attend pour cette raison (par exemple DMP-020)',
      ).conflicts(['confirm', 'asNew']),
    )
    .action((id: string | undefined, options: RetryChoice) => {
      if (options.code !== undefined && id === undefined) return retryAll(options.code, options);
      if (options.code === undefined && id !== undefined) return retryOne(id, options);
      throw new UsageError('Donnez un échange, ou `--code` : l’un des deux.');
    });
}

function retryOne(id: string, options: RetryChoice): Promise<void> {
  return steer(id, options, async (exchangeId, access) => {
    const { confirm: confirmed, asNew } = options;
    const resent = await retryExchange(exchangeId, access, { confirmed, asNew });
    if (options.json) printJson({ exchange: exchangeId, resent });
    else print(`Échange ${exchangeId} : ${count(resent, 'envoi relancé')}. ${EFFECT}`);
  });
}

async function retryAll(text: string, options: RetryChoice): Promise<void> {
  const code = codeOf(text);
  await withJournal(configOf(options), async access => {
    let exchanges = 0;
    let resent = 0;
    for (const { id } of await access.journal.list({ held: true, limit: MAX_EXCHANGES })) {
      const again = await retryHeldBy(code, id, access);
      exchanges += Number(again > 0);
      resent += again;
    }
    if (options.json) printJson({ code, exchanges, resent });
    else if (resent === 0) print(`Rien de ce qui attend pour ${code} ne peut être relancé.`);
    else print(`${count(resent, 'envoi relancé')}, dans ${count(exchanges, 'échange')}. ${EFFECT}`);
  });
}

/** What cannot be sent again, or must be confirmed one by one, is left as it is. */
async function retryHeldBy(code: ErrorCode, exchangeId: string, access: SteerContext): Promise<number> {
  try {
    return await retryExchange(exchangeId, access, { heldBy: code });
  } catch (error) {
    if (error instanceof GatewayError && (error.code === 'JRN-005' || error.code === 'JRN-006')) return 0;
    throw error;
  }
}

function codeOf(text: string): ErrorCode {
  const code = text.trim().toUpperCase();
  if (isErrorCode(code)) return code;
  throw new UsageError(`« ${text} » n’est pas un code de la passerelle : voyez docs/errors.md.`);
}
