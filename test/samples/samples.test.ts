import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { readMail } from '../../src/flows/reading/read-mail.ts';
import type { ReadDocument, Reading } from '../../src/flows/reading/reading.ts';
import { buildMdm } from '../../src/formats/hl7/mdm.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { readRequest } from '../../src/formats/hl7/read-request.ts';
import type { DocumentRequest } from '../../src/formats/hl7/request-types.ts';
import { notificationFor } from '../../src/formats/mail/notification-policy.ts';
import { restrictionsOf } from '../../src/formats/terminology/restrictions.ts';
import { withTrace } from '../../src/sandbox/operator.ts';
import { createPatientRecords } from '../../src/sandbox/patient-records.ts';
import { BAL, ERROR_MAILBOX, KNOWN_PATIENTS, LABORATORY, laboratoryMail } from '../../samples/actors.ts';
import { BAD_ARCHIVES, BAD_MAILS } from '../../samples/bad-input.ts';
import { added } from '../../samples/documents.ts';
import { DATA, sampleFiles } from '../../samples/generate.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { SCENARIOS, type Scenario } from '../../samples/scenarios.ts';

const LIMITS = { entries: 500, memberBytes: 100_000_000, totalBytes: 200_000_000, ratio: 200 };

describe('what is committed', () => {
  let files: Map<string, Uint8Array>;
  beforeAll(async () => {
    files = await sampleFiles();
  });

  test('is what the generator writes: `npm run samples` brings it up to date', () => {
    const committed = readdirSync(DATA, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(DATA.length + 1));
    expect(committed.toSorted()).toEqual([...files.keys()].toSorted());
    const differing = [...files].filter(([path, bytes]) => !readFileSync(join(DATA, path)).equals(bytes));
    expect(differing.map(([path]) => path)).toEqual([]);
  });

  test('is the same at every generation, and stays under a megabyte', async () => {
    const again = await sampleFiles();
    expect([...again.keys()]).toEqual([...files.keys()]);
    for (const [path, bytes] of again)
      expect(Buffer.from(files.get(path) ?? []).equals(bytes), path).toBe(true);
    const size = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(size).toBeLessThan(1_000_000);
  });

  test('names nobody’s INS but the test authority’s', () => {
    for (const [path, bytes] of files) {
      // INS-NIR and INS-NIA of real people.
      expect(/1\.2\.250\.1\.213\.1\.4\.[89]\b/.test(Buffer.from(bytes).toString('latin1')), path).toBe(false);
    }
  });
});

describe('the scenarios', () => {
  test.each(SCENARIOS)('$name is read as expected', async scenario => {
    const reading = await read(scenario);
    const { code, messages, outcome } = scenario.expected;
    const sent = reading.kind === 'documents' ? reading.documents.filter(goesOut) : [];
    const found = { outcome: outcomeOf(reading), events: sent.map(({ action }) => action && EVENTS[action]) };
    // A refusal without a code of ours is the DPI's, further down.
    const readable = outcome === 'refused' ? 'integrated' : outcome;
    expect(found).toEqual({ outcome: code ?? readable, events: messages.map(({ event }) => event) });
  });

  test.each(SCENARIOS.filter(({ expected }) => expected.outcome !== 'worklist'))(
    '$name: the sender is told as expected',
    async scenario => {
      const { outer } = await read(scenario);
      const { outcome, notification } = scenario.expected;
      const decision = notificationFor({
        mail: outer,
        outcome: outcome === 'refused' ? 'refused' : 'accepted',
        notify: {
          success: 'requested',
          failure: 'requested-or-error-mail',
          loopGuard: 'strict',
          errorMailbox: ERROR_MAILBOX,
        },
        ownAddress: BAL,
      });
      const told = decision.kind === 'none' ? undefined : { kind: decision.kind, to: decision.to };
      const { kind, to } = notification ?? {};
      expect(told).toEqual(notification && { kind, to });
    },
  );

  test('in their order, the DPI answers each message as expected', async () => {
    const records = createPatientRecords({ patients: KNOWN_PATIENTS, requireIns: true });
    const answers: Record<string, string[]> = {};
    for (const scenario of SCENARIOS) {
      const reading = await read(scenario);
      const sent = reading.kind === 'documents' ? reading.documents.filter(goesOut) : [];
      const refusals = sent.map(document => records.apply(parseMessage(mdm(document))));
      answers[scenario.name] = refusals.map(refusal => refusal?.code ?? 'AA');
    }
    const expected = SCENARIOS.map(({ name, expected }) => [
      name,
      expected.messages.map(({ answer }) => answer),
    ]);
    expect(answers).toEqual(Object.fromEntries(expected));
    expect(records.documents().filter(({ state }) => state === 'current')).toHaveLength(4);
  });

  test('cover what the demo must show', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const events = SCENARIOS.flatMap(({ expected }) => expected.messages.map(({ event }) => event));
    expect(new Set(events)).toEqual(new Set(['T02', 'T10', 'T04']));
    const answers = SCENARIOS.flatMap(({ expected }) => expected.messages.map(({ answer }) => answer));
    expect(new Set(answers)).toEqual(new Set(['AA', '900', '902', '903', '904']));
    const kinds = SCENARIOS.map(({ expected }) => expected.notification?.kind);
    expect(new Set(kinds)).toEqual(new Set(['mdn', 'error-mail', undefined]));
    expect(new Set(SCENARIOS.map(({ expected }) => expected.folder))).toEqual(
      new Set(['done', 'failed', 'other']),
    );
  });
});

describe('the requests', () => {
  test.each(REQUESTS)('$name is taken or refused as expected', ({ build, expected }) => {
    const { refusal, mails, messages } = expected;
    const read = tryRead(build());
    expect(
      read instanceof GatewayError ? { code: read.code, location: read.fields['location'] } : undefined,
    ).toEqual(refusal);
    if (read instanceof GatewayError) return;
    expect(read.wishes.dmp).toBe(expected.dmp !== undefined);
    const audiences = (['professionals', 'patient'] as const).map(audience =>
      read.recipients.filter(each => each.audience === audience).map(({ address }) => address),
    );
    expect(audiences.filter(({ length }) => length > 0)).toEqual(mails.map(({ to }) => to));
    expect(mails.every(({ mayAnswer }) => mayAnswer === read.patientMayAnswer)).toBe(true);
    expect(messages.map(({ event }) => event)).toEqual(messages.length > 0 ? [EVENTS[read.action]] : []);
  });

  test('cover what the demo must show', () => {
    const names = [...SCENARIOS, ...REQUESTS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const told = REQUESTS.flatMap(({ expected }) => expected.receipts);
    expect(new Set(told.map(({ event, status, error }) => [event, status, error].join(' ').trim()))).toEqual(
      new Set(['Z01 Y', 'Z02 Y', 'Z03 Y', 'Z03 N 902', 'Z02 N 550', 'Z01 N DMPClosed']),
    );
    const events = REQUESTS.flatMap(({ expected }) => expected.messages.map(({ event }) => event));
    expect(events).toEqual(['T02', 'T10', 'T02', 'T02']);
    const atDmp = REQUESTS.flatMap(({ expected }) => expected.dmp ?? []);
    expect(atDmp.map(({ asked }) => asked.join(' '))).toEqual([
      'submit',
      'query submit',
      'query update',
      'submit',
    ]);
    expect(
      REQUESTS.filter(({ expected }) => expected.dmp !== undefined && expected.mails.length > 0),
    ).toHaveLength(1);
    expect(REQUESTS.flatMap(({ expected }) => expected.refusal?.code ?? [])).toEqual(['REQ-016']);
    expect(
      REQUESTS.filter(({ expected }) => expected.mails.some(({ mayAnswer }) => !mayAnswer)),
    ).toHaveLength(1);
  });
});

describe('bad input', () => {
  test.each(BAD_ARCHIVES)('archive $name: $expected', async ({ expected, build }) => {
    const mail = await laboratoryMail({ number: 50, documents: [{ sample: added }], archive: await build() });
    expect(faultsOf(await readMail(mail, LIMITS))).toEqual(expected === 'integrated' ? [] : [expected]);
  });

  test.each(BAD_MAILS)('mail $name: $expected', async ({ expected, build }) => {
    const reading = await readMail(withTrace(await build(), LABORATORY, BAL), LIMITS);
    expect(faultsOf(reading)).toEqual(expected === 'integrated' ? [] : [expected]);
  });

  test('each kind that the issue lists has its sample', () => {
    const sampled = [...BAD_ARCHIVES, ...BAD_MAILS].map(({ name, expected }) => `${name} ${expected}`);
    expect(sampled).toEqual([
      'tronquee XDM-001',
      'chiffree XDM-002',
      'imbriquee XDM-003',
      'traversee XDM-004',
      'fichier-double XDM-005',
      'bombe-taux XDM-006',
      'bombe-nombre XDM-006',
      'tailles-fausses XDM-007',
      'sans-metadata XDM-008',
      'metadata-mal-forme XDM-009',
      'metadata-doctype XDM-010',
      'document-absent XDM-011',
      'empreinte-fausse XDM-012',
      'taille-fausse XDM-013',
      'document-mal-forme CDA-001',
      'document-non-cda CDA-002',
      'deux-patients XDM-019',
      'sans-ins integrated',
      'deux-archives MAIL-008',
      'sans-message-id MAIL-004',
      'dix-mille-parties MAIL-002',
      'en-tetes-iso-8859-15 integrated',
      'mime-reparable integrated',
    ]);
  });
});

const EVENTS = { add: 'T02', replace: 'T10', delete: 'T04' } as const;

function tryRead(message: Buffer): DocumentRequest | GatewayError {
  try {
    return readRequest(message, { matrix: 'meaning', domains: undefined, maxRecipients: 50 });
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
}

async function read({ build, from }: Scenario): Promise<Reading> {
  return readMail(withTrace(await build(), from, BAL), LIMITS);
}

/** Codes of what keeps a mail or its documents from the DPI, each once; what is no document mail has a code too. */
function faultsOf(reading: Reading): string[] {
  if (reading.kind === 'unusable' || reading.kind === 'refused') return [reading.fault.code];
  if (reading.kind !== 'documents') return [reading.kind];
  const codes = reading.documents.flatMap(document => {
    const fault = document.refusal ?? document.hold;
    return fault?.code ?? (isMasked(document) ? 'DOC-001' : []);
  });
  return [...new Set(codes)];
}

/** As far as it can be told before the DPI has spoken. */
function outcomeOf(reading: Reading): string {
  if (reading.kind === 'receipt' || reading.kind === 'other') return 'other';
  return faultsOf(reading).join() || 'integrated';
}

function isMasked({ confidentialityCodes }: ReadDocument): boolean {
  return restrictionsOf(confidentialityCodes.map(({ code }) => code)).masquePs;
}

function goesOut(document: ReadDocument): boolean {
  return document.refusal === undefined && document.hold === undefined && !isMasked(document);
}

function mdm({ header, bytes, action }: ReadDocument): Uint8Array {
  if (header === undefined || bytes === undefined || action === undefined) throw new Error('nothing to send');
  return buildMdm({
    sender: { application: 'PFI', facility: 'CHU_X' },
    receiver: { application: 'DPI', facility: 'CHU_X' },
    controlId: 'M1',
    time: new Date('2026-11-20T09:00:00Z'),
    processingId: 'P',
    charset: 'UNICODE UTF-8',
    unmappable: 'escape',
    action,
    header,
    document: bytes,
    from: { address: LABORATORY },
    recipients: [{ address: BAL }],
    replyTo: [],
    mail: { messageId: '<1@x>', subject: 'x', text: '' },
    restrictions: {
      masquePs: false,
      invisiblePatient: false,
      invisibleRepLegaux: false,
      modifConfCode: false,
    },
  });
}
