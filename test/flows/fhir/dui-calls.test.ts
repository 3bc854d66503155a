import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { acceptCall, type CallContext } from '../../../src/flows/fhir/accept-call.ts';
import { fhirTarget } from '../../../src/flows/fhir/call-request.ts';
import { duiFlow } from '../../../src/flows/fhir/dui-flow.ts';
import { sendCall } from '../../../src/flows/fhir/send-call.ts';
import { createWaitingRoom } from '../../../src/flows/fhir/waiting-room.ts';
import { referencesOf } from '../../../src/formats/fhir/references.ts';
import { resourceOf } from '../../../src/formats/fhir/transaction-entries.ts';
import type { Attempt } from '../../../src/journal/dispatcher.ts';
import type { FhirHttpAnswer } from '../../../src/peers/interfaces.ts';
import { validateBy } from '../../kit/fhir-validate.ts';
import { useBed } from '../../kit/use-bed.ts';

/** What is sent of a transfer, and when its names are read: the platform is a function. */

const BASE = 'https://plateforme.exemple.fr/fhir';

const bed = useBed();

type Json = Record<string, unknown>;
let bundles = 0;

/** Profiles are not what is tested: a Bundle that they refuse is sent all the same. */
function bundle(...resources: readonly (readonly [fullUrl: string, resource: Json])[]): Json {
  bundles += 1;
  return {
    resourceType: 'Bundle',
    identifier: { system: 'urn:oid:1.2', value: `TR-${bundles}` },
    type: 'transaction',
    entry: resources.map(([fullUrl, resource]) => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: resource['resourceType'] },
    })),
  };
}

const patient = (id: string): Json => ({ resourceType: 'Patient', id });
const stayOf = (reference: string): Json =>
  bundle(['urn:uuid:stay', { resourceType: 'Encounter', subject: { reference } }]);

async function ask(asked: Json, caller = 'dui'): Promise<FhirHttpAnswer> {
  const context: CallContext = {
    journal: bed().journal,
    newId: bed().newId,
    log: pino({ level: 'silent' }),
    wake: () => {},
    room: createWaitingRoom(),
    flow: duiFlow({ base: BASE, path: '/' }),
    validate: validateBy('dui'),
    validation: 'warn',
    waitMs: 0,
  };
  const request = {
    caller,
    method: 'POST',
    route: '/fhir/dui',
    params: {},
    search: '',
    query: new URLSearchParams(),
    headers: {},
    signal: new AbortController().signal,
    origin: 'https://pfi.exemple.fr',
    respondAsync: true,
    body: Buffer.from(JSON.stringify(asked)),
  };
  return acceptCall(request, 'resource', context);
}

/** The platform's answer to what is sent: every resource under these ids. */
const created =
  (...ids: readonly string[]) =>
  (sent: Json): unknown => ({
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: ids.map((id, index) => ({
      response: { status: '201', location: `${typeAt(sent, index) ?? ''}/${id}` },
    })),
  });

function typeAt(sent: Json, index: number): string | undefined {
  const entries = sent['entry'] as readonly { readonly resource: { readonly resourceType: string } }[];
  return entries[index]?.resource.resourceType;
}

interface Sent {
  readonly attempt: Attempt;
  readonly references: readonly string[];
}

/** Sends what has waited longest, and keeps its answer; the first of several alone. */
async function send(answer: (sent: Json) => unknown, bom = ''): Promise<Sent> {
  const [delivery] = await bed().journal.claim(fhirTarget('dui'), 1);
  if (delivery === undefined) throw new Error('nothing is owed');
  await bed().journal.sending(delivery.id);
  let references: readonly string[] = [];
  const attempt = await sendCall(delivery, {
    journal: bed().journal,
    peer: {
      send: async ({ body }) => {
        const sent = JSON.parse(Buffer.from(body ?? []).toString()) as Json;
        references = referencesOf(resourceOf(sent) ?? { resourceType: '' }).map(each => each.reference);
        const text = bom + JSON.stringify(answer(sent));
        return { status: 201, headers: {}, retryAfter: undefined, body: Buffer.from(text) };
      },
      dropToken: () => {},
      probe: () => Promise.reject(new Error('not asked for')),
      close: async () => {},
    },
    flow: duiFlow({ base: BASE, path: '/' }),
    room: createWaitingRoom(),
    patienceMs: 1,
    pairing: { everyMs: 1, giveUpAfterMs: 1 },
  });
  await attempt.noted?.();
  const end = attempt.decide?.() ?? attempt;
  if ('ended' in end) await bed().journal.end(delivery.id, end.ended);
  return { attempt, references };
}

const PATIENT = 'urn:uuid:00000000-0000-4000-8000-000000000001';

describe('a name that a later Bundle gives to another patient', () => {
  beforeEach(async () => {
    await ask(bundle([PATIENT, patient('a')]));
    await send(created('7'));
  });

  it('changes nothing of a stay that was accepted before', async () => {
    // The other one leaves first: the order in which they leave is not the one in which they came.
    const other = bundle([PATIENT, patient('b')]);
    expect((await ask(other)).status).toBe(202);
    expect((await ask(stayOf(PATIENT))).status).toBe(202);
    await send(created('8'));
    expect((await send(created('9'))).references).toEqual(['Patient/7']);
  });

  it('names neither from then on; both are known by the platform’s names', async () => {
    await ask(bundle([PATIENT, patient('b')]));
    await send(created('8'));
    const answer = await ask(stayOf(PATIENT));
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain('Bundle.entry[0].resource.subject');
    for (const name of ['Patient/7', 'Patient/8', `${BASE}/Patient/7`]) {
      expect((await ask(stayOf(name))).status).toBe(202);
      expect((await send(created('9'))).references).toEqual([name.slice(name.indexOf('Patient/'))]);
    }
  });

  it('is another caller’s own, and so is the platform’s address of the patient', async () => {
    for (const name of [
      PATIENT,
      'Patient/7',
      `${BASE}/Patient/7`,
      `https://PLATEFORME.exemple.fr:443/fhir/Patient/7`,
    ])
      expect((await ask(stayOf(name), 'autre')).status).toBe(422);
  });
});

it('an inconsistent Bundle is refused, also where `validation` only warns', async () => {
  expect((await ask(stayOf('urn:uuid:00000000-0000-4000-8000-00000000dead'))).status).toBe(422);
  expect((await ask({ ...bundle([PATIENT, patient('a')]), type: 'batch' })).status).toBe(422);
  expect((await ask(bundle([PATIENT, patient('a')]))).status).toBe(202);
});

describe('a yes', () => {
  const list = (): unknown => [{ resourceType: 'Patient', id: '7', meta: { versionId: '1' } }];

  it.each([
    ['a JSON list', list, ''],
    ['a list after a byte order mark', list, '\uFEFF'],
    ['a Bundle after a byte order mark', created('7'), '\uFEFF'],
  ])('is read from %s', async (_, answer, bom) => {
    const asked = bundle([PATIENT, patient('a')]);
    await ask(asked);
    expect((await send(answer, bom)).attempt).toMatchObject({ ended: { outcome: 'accepted' } });
    const told = await ask(asked);
    expect(told.status).toBe(201);
    expect(() => JSON.parse(Buffer.from(told.body as Uint8Array).toString()) as unknown).not.toThrow();
    expect((await ask(stayOf(PATIENT))).status).toBe(202);
  });

  it.each([
    ['our own Bundle', (sent: Json) => sent],
    ['as many empty entries', () => ({ resourceType: 'Bundle', type: 'searchset', entry: [{}] })],
    ['an outcome without issues', () => ({ resourceType: 'OperationOutcome' })],
  ])('is not read from %s', async (_, answer) => {
    await ask(bundle([PATIENT, patient('a')]));
    const { attempt } = await send(answer);
    expect(attempt).toMatchObject({ later: { fault: { code: 'FHIR-015' } } });
  });
});
