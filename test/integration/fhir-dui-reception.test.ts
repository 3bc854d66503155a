import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DuiAnswer,
  type DuiBed,
  type DuiEntry,
  HOOK_TOKEN,
  INS,
  newRecord,
  newStay,
  startDuiBed,
} from '../kit/fhir-dui.ts';

/** The gateway as Consommateur of the DUI: other software sends a record, an application of the hospital is handed it. */

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let bed: DuiBed;
beforeAll(async () => {
  bed = await startDuiBed();
}, 60_000);
afterAll(() => bed.stop());

/** What was created, by the place of its entry. */
function created({ body }: DuiAnswer, index: number): DuiEntry['resource'] {
  const resource = body.entry[index]?.resource;
  if (resource === undefined) throw new Error(JSON.stringify(body));
  return resource;
}

const nameOf = ({ resourceType, id }: DuiEntry['resource']): string => `${resourceType}/${id}`;

describe('a record', () => {
  it('is created under new ids, its references rewritten, and handed over as it was told', async () => {
    const sent = newRecord();
    const answer = await bed.send(sent);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' });
    expect(answer.body.entry.map(({ resource }) => resource.resourceType)).toEqual([
      'Patient',
      'Organization',
      'Encounter',
      'Patient',
    ]);
    for (const { fullUrl, resource, response } of answer.body.entry) {
      const meta = resource['meta'] as Record<string, unknown>;
      expect(resource.id).toMatch(UUID);
      expect(meta['versionId']).toBe('1');
      expect(meta['lastUpdated']).toMatch(/^20\d\d-.*Z$/);
      expect(fullUrl).toBe(`https://127.0.0.1:${bed.port}/fhir/dui-consommateur/${nameOf(resource)}`);
      expect(response).toMatchObject({
        status: '201 Created',
        location: `${nameOf(resource)}/_history/1`,
        etag: 'W/"1"',
        lastModified: meta['lastUpdated'],
      });
    }
    const stay = created(answer, 2);
    expect(stay['subject']).toEqual({ reference: nameOf(created(answer, 0)) });
    expect(stay['serviceProvider']).toEqual({ reference: nameOf(created(answer, 1)) });
    await bed.taken(answer);
    const [call] = bed.handedOver(answer);
    const { deliveries } = await bed.exchangeOf(answer);
    expect(call).toMatchObject({
      method: 'POST',
      headers: {
        authorization: `Bearer ${HOOK_TOKEN}`,
        'content-type': 'application/fhir+json',
        'x-request-id': deliveries[0]?.id,
      },
      resource: { resourceType: 'Bundle', type: 'transaction', identifier: sent['identifier'] },
    });
    expect(call?.resource['entry']).toEqual(
      answer.body.entry.map(({ fullUrl, resource }) => ({
        fullUrl,
        resource,
        request: { method: 'PUT', url: nameOf(resource) },
      })),
    );
  });

  it('that has no identifier is handed over under one of ours', async () => {
    const { identifier: _, ...sent } = newRecord();
    const answer = await bed.send(sent);
    await bed.taken(answer);
    const { exchange } = await bed.exchangeOf(answer);
    expect(bed.handedOver(answer)[0]?.resource['identifier']).toEqual({
      system: 'urn:ietf:rfc:3986',
      value: `urn:uuid:${exchange.id}`,
    });
  });

  it.each([
    ['2.0.0-ballot', 201],
    ['2.0.0', 200],
    ['2.2.0', 200],
  ])('by the contract %s is answered with %i', async (contract, status) => {
    await bed.restart({ contract });
    const answer = await bed.send(newRecord());
    await bed.restart();
    expect(answer.status).toBe(status);
    expect(answer.body['type']).toBe('transaction-response');
    await bed.taken(answer);
  });
});

describe('a later Bundle', () => {
  it.each([
    ['the sender’s full URL', ({ fullUrl }: DuiEntry) => fullUrl],
    ['the sender’s id', ({ resource }: DuiEntry) => nameOf(resource)],
    ['the id given', (_: DuiEntry, given: DuiEntry) => nameOf(given.resource)],
    ['the address given', (_: DuiEntry, given: DuiEntry) => given.fullUrl],
  ])('refers to what an earlier one has brought by %s', async (_, name) => {
    const sent = newRecord();
    const first = await bed.send(sent);
    const [patient, structure] = sent.entry.map((entry, index) =>
      name(entry, first.body.entry[index] as DuiEntry),
    );
    const second = await bed.send(newStay(patient, structure));
    expect(second.errors).toEqual([]);
    expect(created(second, 0)).toMatchObject({
      subject: { reference: nameOf(created(first, 0)) },
      serviceProvider: { reference: nameOf(created(first, 1)) },
    });
    await bed.taken(first);
    await bed.taken(second);
    // In the same order, since the application must have the patient first.
    const views = await Promise.all([first, second].map(each => bed.exchangeOf(each)));
    expect(new Set(views.map(({ deliveries }) => deliveries[0]?.lane)).size).toBe(1);
  });

  it('does not refer to what another caller has brought', async () => {
    const first = await bed.send(newRecord());
    await bed.taken(first);
    const other = await bed.send(newStay(nameOf(created(first, 0)), nameOf(created(first, 1))), 'ssiad');
    expect(other.status).toBe(422);
    expect(other.errors).toEqual([
      'business-rule Bundle.entry[0].resource.subject',
      'business-rule Bundle.entry[0].resource.serviceProvider',
    ]);
  });

  it('has an order of its own where it is about another patient', async () => {
    const mine = await bed.send(newRecord());
    const other = newRecord(([patient, , , second]) => {
      second.resource['identifier'] = (patient.resource['identifier'] as object[]).map(each => ({
        ...each,
        value: '285062901904341',
      }));
      patient.resource['identifier'] = second.resource['identifier'];
    });
    const theirs = await bed.send(other);
    for (const each of [mine, theirs]) await bed.taken(each);
    const views = await Promise.all([mine, theirs].map(each => bed.exchangeOf(each)));
    expect(new Set(views.map(({ deliveries }) => deliveries[0]?.lane)).size).toBe(2);
  });
});

type Change = Parameters<typeof newRecord>[0];

const withoutIdentifier: Change = ([, structure]) => delete structure.resource['identifier'];
const dangling: Change = ([, , stay]) => {
  stay.resource['subject'] = { reference: 'Patient/999' };
};

describe('a Bundle is refused whole', () => {
  it.each<[string, Change, string]>([
    ['a resource against its profile', withoutIdentifier, 'Bundle.entry[1].resource.identifier'],
    [
      'a patient without a name',
      ([, , , patient]) => delete patient.resource['name'],
      'Bundle.entry[3].resource.name',
    ],
    [
      'an entry that does not create',
      ([, structure]) => {
        structure.request['method'] = 'PUT';
      },
      'Bundle.entry[1].request.method',
    ],
    ['a reference to nothing', dangling, 'Bundle.entry[2].resource.subject'],
    [
      'a reference to another type',
      ([, , stay]) => {
        stay.resource['subject'] = stay.resource['serviceProvider'];
      },
      'Bundle.entry[2].resource.subject',
    ],
    [
      'an id twice',
      ([patient, , , other]) => {
        other.resource.id = patient.resource.id;
      },
      'Bundle.entry[3].resource.id',
    ],
  ])('%s', async (_, change, path) => {
    const before = { known: (await bed.exchanges()).length, calls: bed.hook.received().length };
    const sent = newRecord(change);
    const answer = await bed.send(sent);
    expect(answer.status).toBe(422);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
    expect(new Set(answer.errors.map(error => error.split(' ')[1]))).toEqual(new Set([path]));
    expect(answer.text).not.toMatch(new RegExp(`${INS}|MORVAN`));
    expect((await bed.exchanges()).length).toBe(before.known);
    expect(bed.hook.received().length).toBe(before.calls);
    // The corrected Bundle is sent again, under the same identifier (guide, flux 1).
    const corrected = await bed.send({ ...newRecord(), identifier: sent['identifier'] });
    expect(corrected.status).toBe(201);
    await bed.taken(corrected);
  });

  it.each([
    ['no JSON', '{"resourceType":', 400],
    ['no resource', '{"type":"transaction"}', 400],
    ['another resource', '{"resourceType":"Patient"}', 422],
    ['an empty transaction', '{"resourceType":"Bundle","type":"transaction"}', 422],
  ])('%s', async (_, body, status) => {
    const before = (await bed.exchanges()).length;
    const answer = await bed.send(body);
    expect(answer.status).toBe(status);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
    expect((await bed.exchanges()).length).toBe(before);
  });

  it('of a caller of another flow', async () => {
    expect((await bed.send(newRecord(), 'bloc')).status).toBe(403);
  });

  it('but with `warn` what is against a profile is received, what is inconsistent is not', async () => {
    await bed.restart({ validation: 'warn' });
    const lax = await bed.send(newRecord(withoutIdentifier));
    const wrong = await bed.send(newRecord(dangling));
    const partial = await bed.send({ ...newRecord(), type: 'batch' });
    await bed.restart();
    expect(lax.status).toBe(201);
    expect([wrong.status, partial.status]).toEqual([422, 422]);
    await bed.taken(lax);
  });
});

describe('the same again', () => {
  it('gets the first answer, byte by byte, and is handed over once', async () => {
    const { identifier: _, ...unnamed } = newRecord();
    for (const sent of [newRecord(), unnamed]) {
      const first = await bed.send(sent);
      await bed.taken(first);
      expect(await bed.send(sent)).toEqual(first);
      await bed.restart();
      expect(await bed.send(sent)).toEqual(first);
      expect(bed.handedOver(first)).toHaveLength(1);
    }
  });

  it('under its identifier with other bytes gets the first answer too', async () => {
    const sent = newRecord();
    const first = await bed.send(sent);
    expect(await bed.send({ ...newRecord(), identifier: sent['identifier'] })).toEqual(first);
    await bed.taken(first);
  });

  it('at once, several times, is one', async () => {
    const sent = newRecord();
    const [first, ...others] = await Promise.all([bed.send(sent), bed.send(sent), bed.send(sent)]);
    for (const each of others) expect(each).toEqual(first);
    await bed.taken(first);
  });

  it('leaves names that a later Bundle has given to others as they are: they mean neither', async () => {
    const one = newRecord();
    const first = await bed.send(one);
    const second = await bed.send({ ...one, identifier: { system: 'urn:x:envois', value: 'un-autre' } });
    expect(await bed.send(one)).toEqual(first);
    const later = await bed.send(newStay(one.entry[0]?.fullUrl, one.entry[1]?.fullUrl));
    expect(later.status).toBe(422);
    expect(later.errors).toContain('business-rule Bundle.entry[0].resource.subject');
    const byOurs = await bed.send(newStay(nameOf(created(second, 0)), nameOf(created(second, 1))));
    expect(created(byOurs, 0)['subject']).toEqual({ reference: nameOf(created(second, 0)) });
    for (const each of [first, second, byOurs]) await bed.taken(each);
  });

  it('from another caller is another record', async () => {
    const sent = newRecord();
    const mine = await bed.send(sent);
    const theirs = await bed.send(sent, 'ssiad');
    expect(theirs.status).toBe(201);
    expect(created(theirs, 0).id).not.toBe(created(mine, 0).id);
    for (const each of [mine, theirs]) await bed.taken(each);
  });
});
