import { describe, expect, it } from 'vitest';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import { heldIn, stateOf, newTrace, newTraceBundle } from '../kit/fhir.ts';
import { UNHEARD } from '../kit/fhir-verdicts.ts';
import { useDmiSite } from '../kit/use-dmi-site.ts';

/** What nobody hears the end of: the platform is asked, and a trace is there once. */

const BUNDLE = '/fhir/dmi/Bundle';
const ASYNC = { headers: { prefer: 'respond-async' } };

const { site, submitted, tracesAbout } = useDmiSite();

interface Entry {
  readonly resource: Readonly<Record<string, unknown>>;
}

/** As a caller may build it: with nothing of ours in its AuditEvent. */
function unmarked(bundle: FhirResource): FhirResource {
  const entry = (bundle['entry'] as readonly Entry[]).map(each => {
    if (each.resource['resourceType'] !== 'AuditEvent') return each;
    const { entity: _, ...resource } = each.resource;
    return { ...each, resource };
  });
  return { ...bundle, entry };
}

describe('what nobody hears the end of', () => {
  it.each(UNHEARD)('%j: the platform is asked before it is sent again: it has it once', async behaviour => {
    const { requests, behave } = site().platform('dmi');
    const before = requests().length;
    behave(behaviour, 1);
    const trace = newTrace();
    const answer = await site().meanwhile(site().post('/dmi/traces', trace));
    expect([answer.status, answer.json?.['type']]).toEqual([200, 'transaction-response']);
    expect(tracesAbout(String(trace['description']))).toBe(1);
    const asked = requests()
      .slice(before)
      .map(({ operation }) => operation);
    expect(asked.slice(0, 2)).toEqual(
      behaviour === 'cut-upload' ? ['search', 'submit'] : ['submit', 'search'],
    );
    expect(stateOf(await site().settled())).toEqual(['accepted']);
  });

  it('is not asked for before the platform has had its time again: it may still be at work', async () => {
    site().platform('dmi').behave('silent-after', 1);
    await site().post('/dmi/traces', newTrace(), ASYNC);
    await site().until(
      'nobody answered',
      async () => (await site().last()).deliveries[0]?.lastError !== undefined,
    );
    const [delivery] = (await site().last()).deliveries;
    expect(delivery?.lastError?.code).toBe('FHIR-007');
    // A second for the request (`limits.timeout`), and one more.
    expect((delivery?.nextAt ?? 0) - (delivery?.triedAt ?? 0)).toBeGreaterThanOrEqual(2_000);
    expect(stateOf(await site().settled())).toEqual(['accepted']);
  });

  it('an earlier trace that says the same is not taken for it', async () => {
    const alike = { description: 'Les mêmes mots, au même instant' };
    await site().post('/dmi/traces', newTrace(alike));
    site().platform('dmi').behave('drop-before', 1);
    await site().meanwhile(site().post('/dmi/traces', newTrace(alike)));
    expect(tracesAbout(alike.description)).toBe(2);
  });

  it.each(['bloc', 'pui'] as const)('nor is another patient’s, when %s loses one', async caller => {
    const alike = { description: `Les mêmes mots pour deux patients, ${caller}` };
    await site().post('/dmi/traces', newTrace(alike));
    site().platform('dmi').behave('drop-before', 1);
    const lost = newTrace(alike);
    const answer = await site().meanwhile(site().post('/dmi/traces', lost, { as: caller }));
    expect(answer.status).toBe(200);
    expect(tracesAbout(alike.description)).toBe(2);
  });

  it('a caller’s own Bundle that only words and times tell from others waits for a person', async () => {
    const description = 'Des mots que d’autres peuvent dire';
    site().platform('dmi').behave('drop-after', 1);
    await site().post(BUNDLE, unmarked(newTraceBundle({ description })), ASYNC);
    const held = await site().settled();
    expect([heldIn(held), tracesAbout(description)]).toEqual([['FHIR-013'], 1]);
    await abandonExchange(held.exchange.id, 'Vue sur la plateforme.', site().steering());
  });

  it('a platform that cannot be asked yet is asked later', async () => {
    const answers = ['drop-after', { status: 503 }, 'silent-before', 'answer'] as const;
    let asked = 0;
    site()
      .platform('dmi')
      .behave(() => answers[asked++] ?? 'answer');
    const trace = newTrace();
    expect((await site().meanwhile(site().post('/dmi/traces', trace))).status).toBe(200);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });

  it('a platform that does not say holds it for a person, whose order sends it', async () => {
    site()
      .platform('dmi')
      .behave(operation => (operation === 'search' ? { status: 404 } : 'drop-before'));
    const trace = newTrace();
    await site().post('/dmi/traces', trace, ASYNC);
    const held = await site().settled();
    expect(heldIn(held)).toEqual(['FHIR-013']);
    await retryExchange(held.exchange.id, site().steering());
    expect(heldIn(await site().settled())).toEqual(['FHIR-013']);
    site().platform('dmi').behave('answer');
    await retryExchange(held.exchange.id, site().steering());
    expect(stateOf(await site().settled())).toEqual(['accepted']);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });
});

describe('a yes that does not say of what', () => {
  it('is no reason to send it again: what the platform does not find waits for a person', async () => {
    const before = submitted();
    site()
      .platform('dmi')
      .behave(operation => (operation === 'submit' ? { status: 201 } : 'answer'));
    await site().post('/dmi/traces', newTrace(), ASYNC);
    const held = await site().settled();
    expect([heldIn(held), submitted()]).toEqual([['FHIR-013'], before + 1]);
    site().platform('dmi').behave('answer');
    await retryExchange(held.exchange.id, site().steering());
    expect(stateOf(await site().settled())).toEqual(['accepted']);
  });

  it('stays one while the platform cannot be asked', async () => {
    const before = submitted();
    const answers = [{ status: 201 }, { status: 503 }, { status: 500 }, 'answer'] as const;
    let asked = 0;
    site()
      .platform('dmi')
      .behave(() => answers[asked++] ?? 'answer');
    await site().post('/dmi/traces', newTrace(), ASYNC);
    const held = await site().settled();
    expect([heldIn(held), submitted()]).toEqual([['FHIR-013'], before + 1]);
    await abandonExchange(held.exchange.id, 'Essai.', site().steering());
  });
});

describe('an address that leads elsewhere', () => {
  it('is no answer: the trace is looked for, and sent', async () => {
    site().platform('dmi').behave({ status: 302 }, 1);
    const trace = newTrace();
    expect((await site().meanwhile(site().post('/dmi/traces', trace))).status).toBe(200);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });
});
