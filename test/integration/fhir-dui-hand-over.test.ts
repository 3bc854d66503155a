import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { HookBehaviour } from '../../src/sandbox/fhir-hook.ts';
import { type DuiAnswer, type DuiBed, INS, newRecord, newStay, startDuiBed } from '../kit/fhir-dui.ts';
import { answering, startScriptedPlatform } from '../peers/fhir/scripted-platform.ts';

/** What was received of the DUI, and the application that it is for: in trouble, saying no, coming back. */

let bed: DuiBed;
beforeAll(async () => {
  bed = await startDuiBed();
}, 60_000);
afterAll(() => bed.stop());

const OUTCOME = (code: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics: `Refus de ${INS} MORVAN` }],
});

/** Where the delivery of what an answer has told stands. */
async function standing(answer: DuiAnswer): Promise<string | undefined> {
  return (await bed.exchangeOf(answer)).deliveries[0]?.state;
}

async function held(answer: DuiAnswer): Promise<void> {
  await bed.world.until('it waits for a person', async () => (await standing(answer)) === 'held');
}

describe('the application', () => {
  it('is waited for while it is down; a restart between answer and hand-over loses nothing', async () => {
    const before = bed.hook.received().length;
    await bed.hook.stop();
    const sent = newRecord();
    const first = await bed.send(sent);
    const second = await bed.send(newStay(sent.entry[0]?.fullUrl, sent.entry[1]?.fullUrl));
    expect([first.status, second.status]).toEqual([201, 201]);
    await bed.world.until('it is down', () =>
      bed.world.log().some(({ msg }) => msg.startsWith('target down')),
    );
    await bed.world.stopGateway();
    await bed.hook.restart();
    await bed.restart();
    expect(await bed.send(sent)).toEqual(first);
    await bed.taken(first);
    await bed.taken(second);
    await bed.restart();
    const got = bed.hook.received().slice(before);
    // Each once, the patient before the stay.
    expect(got.map(({ resource }) => (resource['entry'] as unknown[]).length)).toEqual([4, 1]);
  });

  it.each<[string, HookBehaviour, number]>([
    ['is busy', { status: 503, retryAfter: 0 }, 2],
    ['breaks the connection', 'drop', 2],
    ['breaks the connection once it has taken it', 'drop-after', 2],
    ['says nothing', 'silent', 2],
    ['does not know us for a while', { status: 401 }, 2],
    ['answers with a page', { status: 200, body: '<html>Connexion</html>' }, 2],
  ])('that %s is handed the same again, by the same id', async (_, behaviour, calls) => {
    bed.hook.behave(behaviour, 1);
    const answer = await bed.send(newRecord());
    expect(answer.status).toBe(201);
    await bed.taken(answer, calls);
    const [one, other] = bed.handedOver(answer);
    expect(other?.resource).toEqual(one?.resource);
    expect(other?.headers['x-request-id']).toBe(one?.headers['x-request-id']);
  });

  it.each<[string, HookBehaviour, string, string]>([
    ['422', { status: 422, body: OUTCOME('business-rule') }, 'HTTP 422', 'business-rule'],
    ['200 and an error', { status: 200, body: OUTCOME('conflict') }, 'HTTP 200', 'conflict'],
    ['404', { status: 404 }, 'HTTP 404', 'none'],
  ])('that says no by %s gives it to a person, who has it sent again', async (_, behaviour, said, issue) => {
    bed.hook.behave(behaviour, 1);
    const sent = newRecord();
    const answer = await bed.send(sent);
    expect(answer.status).toBe(201);
    await held(answer);
    const { exchange, deliveries } = await bed.exchangeOf(answer);
    expect(deliveries[0]?.hold).toMatchObject({ code: 'FHIR-009', fields: { issue } });
    expect(deliveries[0]?.hold?.detail).toContain(said);
    // The sender was told yes, and still is.
    expect(await bed.send(sent)).toEqual(answer);
    expect(bed.handedOver(answer)).toHaveLength(1);
    expect(await retryExchange(exchange.id, bed.world.steering())).toBe(1);
    await bed.taken(answer, 2);
    expect((await bed.exchangeOf(answer)).exchange.state).toBe('ended');
    const [one, other] = bed.handedOver(answer);
    expect(other?.resource).toEqual(one?.resource);
  });

  it('that says no holds up nothing but what refers to it, and a person may give it up', async () => {
    bed.hook.behave({ status: 400 }, 1);
    const sent = newRecord();
    const refused = await bed.send(sent);
    await held(refused);
    const later = await bed.send(newStay(sent.entry[0]?.fullUrl, sent.entry[1]?.fullUrl));
    const other = await bed.send(newRecord());
    await bed.taken(other);
    expect((await bed.exchangeOf(later)).deliveries[0]).toMatchObject({ state: 'waiting', attempts: 0 });
    const { exchange } = await bed.exchangeOf(refused);
    expect(await abandonExchange(exchange.id, 'Doublon', bed.world.steering())).toBe(1);
    expect((await bed.exchangeOf(refused)).exchange.state).toBe('ended');
    expect(bed.handedOver(refused)).toHaveLength(1);
    await bed.taken(later);
    expect(await bed.send(sent)).toEqual(refused);
  });

  it.each<[string, HookBehaviour]>([
    ['nothing', { status: 204 }],
    ['that it will', { status: 202, body: { resourceType: 'OperationOutcome', issue: [] } }],
    [
      'what it has made of it',
      {
        status: 200,
        body: {
          resourceType: 'Bundle',
          type: 'transaction-response',
          entry: [{ response: { status: '200 OK' } }],
        },
      },
    ],
  ])('may say yes by saying %s', async (_, behaviour) => {
    bed.hook.behave(behaviour, 1);
    const answer = await bed.send(newRecord());
    await bed.taken(answer);
    expect((await bed.exchangeOf(answer)).exchange.state).toBe('ended');
  });

  it('is shown our certificate and our token', async () => {
    const strict = await startScriptedPlatform(answering(200));
    await bed.restart({ receive: { hook: strict.url } });
    await bed.send(newRecord());
    await bed.world.until('it has it', () => strict.received.length === 1);
    await bed.restart();
    await strict.close();
    expect(strict.received[0]).toMatchObject({
      from: 'passerelle',
      path: '/fhir',
      headers: { authorization: 'Bearer jeton-de-l-application' },
    });
  });
});

describe('after all that', () => {
  it('nobody’s INS or name is in any log, fault or event, or readable in the journal', async () => {
    const revealing = new RegExp(`${INS}|MORVAN`);
    const kept = (await bed.exchanges()).map(view => JSON.stringify(view));
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter(text => revealing.test(text))).toEqual([]);
    expect(bed.world.log().length).toBeGreaterThan(50);
    const lines = bed.world.logText().split('\n');
    expect(lines.filter(line => revealing.test(line))).toEqual([]);
    await bed.world.stopGateway();
    const files = readdirSync(bed.world.folder).filter(name => name.startsWith('journal.db'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      expect(revealing.test(readFileSync(join(bed.world.folder, name)).toString('latin1'))).toBe(false);
    }
  });
});
