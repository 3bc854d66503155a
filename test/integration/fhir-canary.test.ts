import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullTrace } from '../../samples/fhir/dmi/traces.ts';
import { firstTransfer } from '../../samples/fhir/dui/transfers.ts';
import {
  interventionParameters,
  intervention,
  inRegistry,
} from '../../samples/fhir/renacot/interventions.ts';
import { insNumber } from '../../samples/kit/patients.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { testsThatNothingIsTold } from '../kit/canary.ts';
import { type FhirSite, startFhirSite } from '../kit/fhir.ts';
import { LATER, UNHEARD } from '../kit/fhir-verdicts.ts';

/**
 * docs/design.md §4, invariant 6, for FHIR: a patient's number, names and other identifiers are put through every path, in
 * bodies, addresses, and what platforms say of them.
 */

const INS = insNumber('2910475111222');
// Digits alone might stand in a timestamp.
const [IPP, STAY] = ['CANARI-77100293', 'CANARI-88200417'];
const SEALED = { url: 'sqlite:./journal.db', key: randomBytes(32).toString('base64') };
const ASYNC = { headers: { prefer: 'respond-async' } };
const BEHAVIOURS = [
  { status: 500, issue: 'value', reason: `CANARINOM ${INS}` },
  { status: 500, issue: `CANARI${INS}`, reason: `CANARINOM ${INS}` },
  { error: 'transient' },
  ...LATER,
  ...UNHEARD.filter(behaviour => !(typeof behaviour === 'string' && behaviour.startsWith('silent'))),
] as const;

let site: FhirSite;
let message = 0;

/** A trace about the canary. */
function trace(): Readonly<Record<string, unknown>> {
  message += 1;
  const { patient, ...rest } = fullTrace('15');
  return {
    ...rest,
    message: `${INS}-${message}`,
    identifiant: `CANARI-${INS}-${message}`,
    description: `Pose CANARICORPS ${message}`,
    patient: {
      ...(patient as object),
      ins: { matricule: INS, type: 'NIR-TEST' },
      ipp: { valeur: IPP, systeme: 'urn:oid:1.2.250.1.999.1.2' },
      nom: 'CANARINOM',
      prenom: 'CANARIPRENOM',
    },
  };
}

/** A transfer whose names are the patient's number and stay. */
function transfer(): unknown {
  message += 1;
  const text = JSON.stringify(firstTransfer(message))
    .replaceAll(insNumber('2850629019042'), INS)
    .replaceAll('MORVAN', 'CANARINOM')
    .replaceAll('CLAIRE', 'CANARIPRENOM')
    .replaceAll(`SEJ-${message}`, `${INS}-${STAY}-${message}`)
    .replaceAll(`"TR-${message}"`, `"${INS}-${message}"`);
  const bundle = JSON.parse(text) as {
    readonly entry: readonly { readonly resource: { readonly resourceType: string } }[];
  };
  const entry = bundle.entry.map(each => ({
    ...each,
    resource: { ...each.resource, id: `${INS}-${each.resource.resourceType}-${message}` },
  }));
  return { ...bundle, entry };
}

beforeAll(async () => {
  site = await startFhirSite({ flows: ['dmi', 'dui', 'renacot'], first: { journal: SEALED } });
  for (const behaviour of ['answer', ...BEHAVIOURS] as const) {
    for (const flow of ['dmi', 'dui', 'renacot'] as const) site.platform(flow).behave(behaviour, 1);
    for (const [path, body] of [
      ['/dmi/traces', trace()],
      ['/fhir/dui/', transfer()],
    ] as const) {
      await site.post(path, body, ASYNC);
      await site.settled();
    }
  }
  for (const flow of ['dmi', 'dui', 'renacot'] as const) site.platform(flow).behave('answer');
  for (const day of ['2026-03-01', '2026-03-02']) {
    const text = JSON.stringify(day.endsWith('1') ? intervention(day, INS) : interventionParameters(day));
    const operation = JSON.parse(text.replaceAll(insNumber('2850629019042'), INS)) as unknown;
    site.platform('renacot').know({ ...inRegistry(day), nir: INS });
    await site.post(
      day.endsWith('1') ? '/renacot/interventions' : '/fhir/renacot/$associer-implants-registre',
      operation,
    );
    await site.settled();
  }
  const held = (await site.exchanges()).filter(({ deliveries }) => deliveries.some(({ hold }) => hold));
  for (const [at, { exchange }] of held.entries()) {
    if (at % 2 === 0) await retryExchange(exchange.id, site.steering());
    else await abandonExchange(exchange.id, 'Fait autrement.', site.steering());
  }
  await site.until('all is done', async () => {
    site.pass(60_000);
    return (await site.exchanges()).every(({ deliveries }) =>
      deliveries.every(({ state }) => state === 'done' || state === 'held'),
    );
  });
  const patient = encodeURIComponent(`urn:oid:1.2.250.1.213.1.4.10|${INS}`);
  const search = `/fhir/dmi/AuditEvent?date=2026-03-05&patient.identifier=${patient}&_count=1`;
  const found = await site.get(search);
  const [, next] = (found.json?.['link'] ?? []) as readonly { readonly url: string }[];
  if (next !== undefined) await site.get(next.url.slice(new URL(next.url).origin.length));
  for (const behaviour of ['drop-before', 'not-json', { page: 500 }] as const) {
    site.platform('dmi').behave(behaviour, 1);
    await site.get(search);
  }
  await site.get(`/fhir/dmi/AuditEvent?date=2026-03-05&${INS}=CANARINOM`);
  await site.get(`/fhir/dmi/AuditEvent/CANARI${INS}`);
  await site.get(`/fhir/dmi/Patient/${INS}`);
  await site.get(`/fhir/outcomes/${INS}`);
  await site.post('/dmi/traces', { ...trace(), [`CANARI${INS}`]: INS });
  await site.post('/fhir/dmi/Bundle', `{"resourceType":"CANARINOM ${INS}`);
  await site.post('/fhir/dmi/Bundle', { resourceType: `CANARI${INS}` });
  await site.post('/fhir/dui/', { resourceType: 'Bundle', type: `CANARI${INS}`, entry: [{ fullUrl: INS }] });
  await site.post('/renacot/interventions', { nir: `CANARI${INS}` });
});
afterAll(() => site.stop());

test('the platforms got it all', () => {
  for (const flow of ['dmi', 'dui', 'renacot'] as const) {
    const sent = site.platform(flow).submissions();
    expect(sent.some(({ body, status }) => status < 300 && JSON.stringify(body).includes(INS))).toBe(true);
  }
});

describe('a patient stands nowhere', () => {
  testsThatNothingIsTold(() => site, {
    revealing: new RegExp(`CANARI|${INS}|${INS.slice(0, 13)}`, 'i'),
    atRest: new RegExp(`CANARI|${INS}|${INS.slice(0, 13)}`),
  });
});
