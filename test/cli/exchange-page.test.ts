import { describe, expect, it } from 'vitest';
import { exchangeData, exchangePage, exchangeTable, worklistPage } from '../../src/cli/exchange-page.ts';
import { eventText } from '../../src/cli/exchange-history.ts';
import { CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { Delivery, DocumentRecord, Exchange, ExchangeView } from '../../src/journal/journal.ts';

const AT = Date.parse('2026-11-20T08:00:00Z');

const exchange: Exchange = {
  id: '01a1f776-0f5e-71df-8c52-8c6fe6b55a43',
  nature: 'document',
  mailbox: 'urologie',
  application: 'dpi',
  state: 'open',
  messageId: '<1@embruns.mssante.fr>',
  digest: 'x',
  sender: 'resultats@embruns.mssante.fr',
  place: { folder: 'INBOX', uidValidity: 1, uid: 1 },
  readings: 1,
  fault: undefined,
  outcome: undefined,
  outcomeCode: undefined,
  abandonReason: undefined,
  receivedAt: AT,
  concludedAt: undefined,
  endedAt: undefined,
};

const document: DocumentRecord = {
  id: 'document',
  exchangeId: exchange.id,
  position: 0,
  uniqueId: '1.2.3',
  setId: undefined,
  version: '2',
  parentIds: ['1.2.2'],
  sha1: undefined,
  action: 'replace',
  typeCode: '11502-2',
  typeLabel: 'Compte rendu de LEGRAND Odette',
  confidentiality: [],
  patientKey: undefined,
};

const delivery: Delivery = {
  id: 'delivery',
  exchangeId: exchange.id,
  mailbox: 'urologie',
  kind: 'mdm',
  target: 'dpi',
  subject: 'document',
  lane: 'dpi|x',
  state: 'waiting',
  attempts: 0,
  ambiguous: 0,
  spentMs: 0,
  identifiers: { controlId: 'MSH10' },
  waitsFor: undefined,
  blockedBy: undefined,
  createdAt: AT,
  nextAt: AT + 60_000,
  triedAt: undefined,
  lastError: undefined,
  hold: undefined,
  ending: undefined,
  endedAt: undefined,
};

function view(change: { exchange?: Partial<Exchange>; delivery?: Partial<Delivery> } = {}): ExchangeView {
  const changed = { ...delivery, ...change.delivery };
  return {
    exchange: { ...exchange, ...change.exchange },
    documents: [{ document, delivery: changed }],
    requested: undefined,
    deliveries: [changed],
    events: [],
  };
}

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('what waits for a person', () => {
  it.each(CODES)('%s: a document comes with why, what was done and what to do', code => {
    const detail = 'Un détail.';
    const held = view({ delivery: { state: 'held', hold: { code, detail } } });
    for (const text of [exchangePage(held), worklistPage([held])]) {
      expect(text).toContain('À TRAITER');
      expect(text).toContain(`${code} : ${CATALOGUE[code].why} ${detail}`);
      expect(text).toContain(CATALOGUE[code].did);
      expect(text).toContain(`À faire : ${CATALOGUE[code].todo}`);
    }
  });

  it.each(CODES)('%s: so does a mail', code => {
    const held = view({ exchange: { state: 'held', nature: 'unusable', fault: { code } } });
    for (const text of [exchangePage(held), worklistPage([held])]) {
      expect(text).toContain(`${code} : ${CATALOGUE[code].why}`);
      expect(text).toContain(`À faire : ${CATALOGUE[code].todo}`);
    }
  });
});

describe('the page of an exchange', () => {
  it('repeats neither what a document calls itself nor what an application says of it', () => {
    const ending = { outcome: 'refused', code: '902', label: 'Odette LEGRAND inconnue' } as const;
    const text = exchangePage(view({ delivery: { state: 'done', ending } }));
    expect(text).not.toMatch(/LEGRAND|Odette/);
    expect(text).toContain('Document 1 : ');
    expect(text).toContain('(11502-2), remplacement');
    expect(text).toContain('remplace 1.2.2');
    expect(text).toContain('envoi (MDM) à dpi : refusé 902 (Identifiant patient inconnu)');
  });

  it('hides a code that is none', () => {
    const ending = { outcome: 'refused', code: 'LEGRAND ODETTE' } as const;
    const refused = view({
      exchange: { state: 'ended', outcome: 'refused', outcomeCode: 'LEGRAND ODETTE' },
      delivery: { state: 'done', ending },
    });
    const events = [
      { at: AT, type: 'refused', deliveryId: 'delivery', data: { kind: 'mdm', code: 'LEGRAND ODETTE' } },
    ];
    const told = { ...refused, events };
    expect(exchangePage(told) + exchangeTable([told])).not.toMatch(/LEGRAND/);
    expect(JSON.stringify(exchangeData(told))).not.toMatch(/LEGRAND/);
  });

  it('says why a document is tried again, and when', () => {
    const waiting = view({
      delivery: { attempts: 3, ambiguous: 1, lastError: { code: 'MLLP-002' } },
    });
    const text = exchangePage(waiting);
    expect(text).toContain('essais : 3, dont sans réponse connue : 1');
    expect(text).toContain(`MLLP-002 : ${CATALOGUE['MLLP-002'].why}`);
    expect(text).toContain('prochain essai : 20/11/2026 09:01:00');
  });
});

describe('the history', () => {
  it.each([
    ['held', { code: 'XDM-016' }, 'attend une personne (XDM-016)'],
    [
      'attempt-failed',
      { code: 'MLLP-001', nextAt: 1 },
      'essai sans succès (MLLP-001) : L’application est injoignable.',
    ],
    ['accepted', { kind: 'mdm' }, 'document : accepté'],
    ['refused', { kind: 'mdm', code: '902' }, 'document : refusé 902'],
    ['refused', { code: 'XDM-004' }, 'archive refusée (XDM-004)'],
    ['accepted', { kind: 'mdn' }, 'MDN : envoyé'],
    ['abandoned', { kind: 'mdm', code: '906', by: 'jeanne' }, 'écarté par jeanne'],
    ['abandoned', { kind: 'file' }, 'rangement : sans objet, le courriel n’y est plus'],
    ['resent', { by: 'jeanne' }, 'relancé par jeanne'],
    ['concluded', { outcome: 'refused', code: '902' }, 'conclu : refusé (902)'],
    ['not-notified', { because: 'not-requested' }, 'aucune réponse à l’expéditeur : aucun accusé demandé'],
    [
      'not-notified',
      { because: 'notified-before' },
      'aucune réponse à l’expéditeur : l’expéditeur a déjà été prévenu',
    ],
    ['a-later-version', { says: 'so' }, 'a-later-version says=so'],
    ['constructor', {}, 'constructor'],
  ])('%s %j', (type, data, text) => {
    expect(eventText({ at: AT, type, deliveryId: undefined, data })).toBe(text);
  });
});
