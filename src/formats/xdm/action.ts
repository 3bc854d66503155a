import type { Fault } from '../../errors/gateway-error.ts';
import type { DocumentAction, DocumentEntry } from './types.ts';

/**
 * What is asked for a document: no slot is a first sending, C replaces, D deletes (quirk X8). Anything else,
 * a slot without a value included, is XDM-015: guessing could file a second version beside the first.
 */
export function actionOf({ actionSlot }: Pick<DocumentEntry, 'actionSlot'>): DocumentAction | Fault {
  switch (actionSlot) {
    case undefined:
      return 'add';
    case 'C':
      return 'replace';
    case 'D':
      return 'delete';
    default:
      return { code: 'XDM-015' };
  }
}
