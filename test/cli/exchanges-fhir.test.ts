import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATIENT } from '../../samples/fhir/dmi/parties.ts';
import { firstTransfer } from '../../samples/fhir/dui/transfers.ts';
import { inRegistry, interventionParameters } from '../../samples/fhir/renacot/interventions.ts';
import { CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { type FhirReply, type FhirSite, newTrace, startFhirSite } from '../kit/fhir.ts';
import { called } from './called.ts';
import type { Ended } from './processes.ts';

/** What the commands print of calls: nothing of the patient, nor what a platform says of one. */
const PATIENT_DATA = /MORVAN|CLAIRE|2850629019042|1985-06-14|19850614|no such operation/i;
const ASYNC = { headers: { prefer: 'respond-async' } };

let site: FhirSite;
let file: string;
beforeAll(async () => {
  site = await startFhirSite({ flows: ['dmi', 'dui', 'renacot'] });
  file = join(site.folder, 'pfi.yaml');
});
afterAll(() => site.stop());
beforeEach(() => {
  for (const flow of ['dmi', 'dui', 'renacot'] as const) site.platform(flow).behave('answer');
});

async function exchanges(...words: string[]): Promise<Ended> {
  const ended = await called(['exchanges', ...words, '--config', file]);
  expect(ended.stdout + ended.stderr).not.toMatch(PATIENT_DATA);
  return ended;
}

const traced = (): Promise<FhirReply> => site.post('/dmi/traces', newTrace({ patient: PATIENT }), ASYNC);

async function pageOf({ exchange }: ExchangeView): Promise<string> {
  const { code, stdout, stderr } = await exchanges('show', exchange.id);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/undefined|\b(held|outcome|accepted|refused|waiting)\b|\w+-\w+ \w+=/);
  expect((await exchanges('show', exchange.id, '--json')).code).toBe(0);
  return stdout;
}

/** The row of a call in the list, in columns, after its id and when it came. */
async function rowOf({ exchange }: ExchangeView): Promise<string[]> {
  const { stdout } = await exchanges('list');
  const row = stdout.split('\n').find(line => line.startsWith(exchange.id)) ?? '';
  return row.split(/ {2,}/).slice(2);
}

function reasonOf(code: ErrorCode, detail = ''): string {
  const { why, did, todo } = CATALOGUE[code];
  return [`${code} : ${why}${detail}`, did, `À faire : ${todo}`].map(line => `\n    ${line}`).join('');
}

/** Once it has come to an end because of what a person did. */
async function ended(view: ExchangeView): Promise<ExchangeView> {
  let after: ExchangeView | undefined;
  await site.until('it has ended', async () => {
    after = await site.gateway().journal.exchange(view.exchange.id);
    return after?.exchange.state === 'ended';
  });
  return after ?? view;
}

describe('a FHIR call', () => {
  it('that the platform took is shown with whom it came from and where it went', async () => {
    expect((await site.post('/dmi/traces', newTrace({ patient: PATIENT }))).status).toBe(200);
    const view = await site.settled();
    expect(await rowOf(view)).toEqual(['FHIR', 'accepté', 'pui']);
    const page = await pageOf(view);
    expect(page).toMatch(
      /^Échange \S{36} : accepté\n {2}demande FHIR de l’appelant pui, reçue le [\d/]+ [\d:]+\n\n {2}demande à la plateforme DMI : acceptée\n/,
    );
    expect(page.slice(page.indexOf('  Historique')).match(/(?<=\d {2})\D.*/g)).toEqual([
      'demande acceptée',
      'demande : acceptée',
    ]);
  });

  it('that it refused while the caller waited is over, with its status', async () => {
    site.platform('dmi').behave({ status: 500, issue: 'business-rule' }, 1);
    const { status } = await site.post('/dmi/traces', newTrace({ patient: PATIENT }));
    expect(status).toBe(500);
    const view = await site.settled();
    expect(await rowOf(view)).toEqual(['FHIR', 'refusé', 'HTTP 500', 'pui']);
    const page = await pageOf(view);
    expect(page).toContain('\n  demande à la plateforme DMI : refusée (HTTP 500)\n');
    expect(page).toMatch(/ {2}demande : refusée \(HTTP 500\)\n$/);
  });

  it('that it refused when nobody waited is a person’s: corrected, it is sent again', async () => {
    site.platform('dmi').behave({ status: 500, issue: 'business-rule' }, 1);
    expect((await traced()).status).toBe(202);
    const view = await site.settled();
    const reason = reasonOf('FHIR-009', ' Réponse HTTP 500.');
    expect(await rowOf(view)).toEqual(['FHIR', 'À TRAITER', 'FHIR-009', 'pui']);
    expect(await pageOf(view)).toContain(
      `\n  demande à la plateforme DMI : À TRAITER${reason}\n    ce que la réponse en dit (issue.code) : business-rule\n`,
    );
    expect((await exchanges('list', '--held')).stdout).toContain(`${reason}\n`);
    const { stdout } = await exchanges('retry', view.exchange.id);
    expect(stdout).toContain('1 envoi relancé');
    const after = await ended(view);
    expect(await rowOf(after)).toEqual(['FHIR', 'accepté', 'pui']);
    expect(await pageOf(after)).toMatch(/ {2}relancé par \S+\n.* {2}demande : acceptée\n/);
  });

  it('that the platform wants later says why, and when it is tried again', async () => {
    site.platform('dmi').behave({ status: 503, issue: 'transient', retryAfter: 600 }, 1);
    await traced();
    const first = await site.last();
    await site.until('it waits', async () => {
      const now = await site.gateway().journal.exchange(first.exchange.id);
      return now?.deliveries[0]?.state === 'waiting' && now.deliveries[0].lastError !== undefined;
    });
    expect(await rowOf(first)).toEqual(['FHIR', 'en cours', 'FHIR-008', 'pui']);
    expect(await pageOf(first)).toMatch(
      new RegExp(
        `\\n {2}demande à la plateforme DMI : en attente\\n {4}FHIR-008 : .*\\n.*\\n.*\\n {4}prochain essai : `,
      ),
    );
    await traced();
    const [behind] = (await site.exchanges()).slice(-1);
    expect(behind && (await pageOf(behind))).toContain(
      '\n  demande à la plateforme DMI : en attente\n    part à son tour : une demande à la fois pour un même patient',
    );
    await site.settled();
  });

  it('whose end nobody knows waits for a person, who gives it up', async () => {
    site.platform('dui').behave('silent-after', 1);
    expect((await site.post('/fhir/dui/', firstTransfer(1), ASYNC)).status).toBe(202);
    const view = await site.settled();
    expect(await rowOf(view)).toEqual(['FHIR', 'À TRAITER', 'FHIR-013', 'pui']);
    const page = await pageOf(view);
    expect(page).toContain(
      `\n  demande à la plateforme DUI : À TRAITER\n    essais : 2, dont sans réponse connue : 1${reasonOf('FHIR-013')}\n`,
    );
    const { code, stdout } = await exchanges(
      'abandon',
      view.exchange.id,
      '--reason',
      'Vérifié : la plateforme l’a',
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 envoi écarté')]);
    const after = await ended(view);
    expect(await rowOf(after)).toEqual(['FHIR', 'écarté', 'pui']);
    expect(await pageOf(after)).toContain(
      '\n  demande à la plateforme DUI : écartée\n    motif : Vérifié : la plateforme l’a\n',
    );
    expect((await exchanges('retry', view.exchange.id)).code).toBe(2);
  });

  it('that the registry cannot pair is tried again each day, then a person’s', async () => {
    const { status } = await site.post(
      '/fhir/renacot/$associer-implants-registre',
      interventionParameters('2026-03-01'),
    );
    expect(status).toBe(422);
    const view = await site.last();
    expect(await rowOf(view)).toEqual(['FHIR', 'en cours', 'FHIR-011', 'pui']);
    const page = await pageOf(view);
    expect(page).toContain(`\n  demande au registre RENACOT : en attente${reasonOf('FHIR-011')}\n`);
    expect(page).toContain('\n    prochain essai : ');
    expect(page).toContain('  demande acceptée, avec 2 remarques\n');
    const patience = 30 * 24 * 3_600_000;
    await site.until('it is given up', async () => {
      site.pass(patience / 10);
      const now = await site.gateway().journal.exchange(view.exchange.id);
      return now?.deliveries[0]?.state === 'held';
    });
    const held = await pageOf(view);
    expect(held).toContain(`\n    FHIR-012 : ${CATALOGUE['FHIR-012'].why} ${CATALOGUE['FHIR-011'].why}\n`);
    site.platform('renacot').know(inRegistry('2026-03-01'));
    const again = await exchanges('retry', '--code', 'FHIR-012');
    expect(again.stdout).toContain('1 envoi relancé, dans 1 échange.');
    expect(await rowOf(await ended(view))).toEqual(['FHIR', 'accepté', 'pui']);
  });
});
