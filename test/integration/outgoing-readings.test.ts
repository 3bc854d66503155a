import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { DOCTOR, HOSPITAL, type Laboratory, type SentRequest, startLaboratory } from '../kit/outgoing.ts';
import { errorMailAbout, mdnAbout } from '../kit/receipt-mails.ts';

/** What recipients make of a mail (MDN, error mail), and what the application that asked hears of it (ZAM^Z03). */

const AUTO = 'automatic-action/MDN-sent-automatically';
const MANUAL = 'manual-action/MDN-sent-manually';
/** Integrated or read; and refused by the recipient's software. */
const READ = `Disposition: ${MANUAL}; displayed`;
const REFUSED = [`Disposition: ${AUTO}; processed/error`, 'Error: 902^Identifiant patient inconnu'];

let laboratory: Laboratory;
beforeAll(async () => {
  // No word of the operator's is expected: a mail has done its part once it is read.
  laboratory = await startLaboratory({ dsn: false });
});
afterAll(() => laboratory.stop());

/** A request whose mail has left; its reading is to be told unless told otherwise. */
function delivered(overrides: Partial<RequestSample> = {}): Promise<SentRequest> {
  return laboratory.sent({ wishes: { DESTMSSANTEPS: 'Y', ACK_LECTURE_MSS: 'Y' }, ...overrides });
}

const TWO = { recipients: [{ address: DOCTOR }, { address: HOSPITAL }] };
const UNHEARD = { wishes: { DESTMSSANTEPS: 'Y' } } as const;
const by = (recipient: string): string => `Final-Recipient: rfc822; ${recipient}`;

async function eventsOf(controlId: string): Promise<string[]> {
  return (await laboratory.settled(controlId)).events.map(({ type }) => type);
}

describe.concurrent('a notification', () => {
  it.each([
    ['that it was read', [by(DOCTOR), READ], 'Y'],
    ['that it was integrated', [by(DOCTOR), `Disposition: ${AUTO}; processed`], 'Y'],
    ['that it was passed on', [by(DOCTOR), `Disposition: ${AUTO}/x; dispatched`], 'Y'],
    [
      'of ANS that it was refused',
      [by(DOCTOR), `Disposition: ${AUTO}; processed/Error: 904^INS différente`],
      'N 904',
    ],
    ['of RFC 8098 that it was refused', [by(DOCTOR), ...REFUSED], 'N 902'],
    ['that it was refused, without a code', [by(DOCTOR), `Disposition: ${AUTO}; processed/error`], 'N 906'],
    [
      'by a recipient with a display name',
      [by('"Dr Anne Tanguy" <Anne.Tanguy@Cabinet-du-Port.mssante.fr>'), READ],
      'Y',
    ],
    ['that names nobody but its sender', [READ], 'Y'],
  ])('%s is told as it is', async (_, fields, expected) => {
    const { controlId, mail } = await delivered(TWO);
    await laboratory.hear(mdnAbout(mail, DOCTOR, fields));
    const [status, code] = expected.split(' ');
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [['Z03', status, DOCTOR, code].filter(Boolean).join(' ')],
      worklist: [],
      state: 'ended',
    });
  });

  it('names who has read it, when the recipient sends mails on', async () => {
    const { controlId, mail } = await delivered(TWO);
    const fields = [`Original-Recipient: rfc822;${HOSPITAL}`, by('service@chu-x.mssante.fr'), READ];
    await laboratory.hear(mdnAbout(mail, 'service@chu-x.mssante.fr', fields));
    expect((await laboratory.cameOf(controlId)).told).toEqual(['Z03 Y service@chu-x.mssante.fr']);
  });

  it('has the label of the table, in the request’s charset and with its identifiers', async () => {
    const { controlId, mail } = await delivered({
      charset: '8859/15',
      recipients: [{ address: DOCTOR, device: 'ŒIL-Ω' }],
    });
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), ...REFUSED]));
    await laboratory.settled(controlId);
    const [zam] = laboratory.zams(controlId);
    const text = new TextDecoder('iso-8859-15').decode(zam?.raw);
    expect(text).toContain('|FRA|8859/15|');
    expect(text).toContain('|ŒIL-\\XCEA9\\|^^X.400^');
    expect(text).toContain('|902^Identifiant patient inconnu^applicationErrorCode');
    expect(text).toContain('^Lecteur du courriel MSSanté^');
  });

  it('is told for each recipient on its own', async () => {
    const { controlId, mail } = await delivered(TWO);
    await laboratory.hear(mdnAbout(mail, HOSPITAL, [by(HOSPITAL), ...REFUSED]));
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z03 N ${HOSPITAL} 902`, `Z03 Y ${DOCTOR}`]);
  });

  it.each([
    ['deleted', [by(DOCTOR), `Disposition: ${MANUAL}; deleted`]],
    ['deleted, as some readers write it', [by(DOCTOR), `Disposition: ${AUTO}; deleted/expired`]],
    ['denied: nobody is to know', [by(DOCTOR), `Disposition: ${AUTO}; denied`]],
    ['of no known disposition', [by(DOCTOR), `Disposition: ${MANUAL}; rangé`]],
  ])('that says neither yes nor no is told to nobody: %s', async (_, fields) => {
    const { controlId, mail } = await delivered();
    await laboratory.hear(mdnAbout(mail, DOCTOR, fields));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
    expect(await eventsOf(controlId)).not.toContain('receipt-contradicts');
    // The reader opens it after all.
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z03 Y ${DOCTOR}`]);
  });
});

describe.concurrent('an error mail', () => {
  it('with the mail enclosed is a refusal by its sender, and no document of ours', async () => {
    const { controlId, mail } = await delivered(TWO);
    const view = await laboratory.hear(errorMailAbout(mail, HOSPITAL, '902'), HOSPITAL);
    expect([view.exchange.nature, view.exchange.state]).toEqual(['receipt', 'ended']);
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z03 N ${HOSPITAL} 902`],
      worklist: [],
      state: 'ended',
    });
  });

  it('of somebody whom nothing was sent to is a person’s', async () => {
    const { controlId, mail } = await delivered(TWO);
    const view = await laboratory.hear(errorMailAbout(mail, 'x@y.mssante.fr', '902'), 'x@y.mssante.fr');
    expect([view.exchange.state, view.exchange.fault?.code]).toEqual(['held', 'OUT-010']);
    expect((await laboratory.cameOf(controlId)).told).toEqual([]);
  });
});

describe.concurrent('a recipient', () => {
  it('is not believed about another, whichever way it is told', async () => {
    const { controlId, mail } = await delivered(TWO);
    const told = [
      mdnAbout(mail, HOSPITAL, [by(DOCTOR), READ]),
      mdnAbout(mail, HOSPITAL, [by(DOCTOR), ...REFUSED]),
    ];
    for (const receipt of told) {
      const { exchange } = await laboratory.hear(receipt, HOSPITAL);
      expect([exchange.state, exchange.fault?.code]).toEqual(['held', 'OUT-010']);
    }
    expect((await laboratory.cameOf(controlId)).told).toEqual([]);
  });
});

describe.concurrent('a notification that cannot be tied to a recipient', () => {
  it.each([
    ['a refusal', REFUSED, 'held', 'OUT-010'],
    ['a reading', [READ], 'ended', undefined],
  ] as const)('%s is seen', async (_, fields, state, code) => {
    const { mail } = await delivered(TWO);
    const stranger = mdnAbout(mail, 'x@y.mssante.fr', [by('x@y.mssante.fr'), ...fields]);
    const unknown = mdnAbout(
      { ...mail, raw: Buffer.from('Message-ID: <autre@x.fr>\r\n\r\n') },
      DOCTOR,
      fields,
    );
    for (const notification of [stranger, unknown]) {
      const { exchange, events } = await laboratory.hear(notification);
      expect([exchange.state, exchange.fault?.code]).toEqual([state, code]);
      expect(events.map(({ type }) => type)).toContain(
        code === undefined ? 'receipt-matches-nothing' : 'held',
      );
    }
  });
});

describe.concurrent('a second notification', () => {
  it('that says the same is noted, and told no more', async () => {
    const { controlId, mail } = await delivered();
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    expect((await laboratory.cameOf(controlId)).told).toEqual([`Z03 Y ${DOCTOR}`]);
    expect(await eventsOf(controlId)).toContain('receipt-again');
  });

  it('that refuses what was taken is a person’s, and told no more', async () => {
    const { controlId, mail } = await delivered();
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), ...REFUSED]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z03 Y ${DOCTOR}`],
      worklist: ['OUT-005'],
      state: 'closing',
    });
    const { exchange } = await laboratory.settled(controlId);
    await expect(retryExchange(exchange.id, laboratory.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
    await abandonExchange(exchange.id, 'Vu avec le cabinet.', laboratory.steering());
    expect((await laboratory.cameOf(controlId)).state).toBe('ended');
  });

  it('that takes what was refused is noted', async () => {
    const { controlId, mail } = await delivered();
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), ...REFUSED]));
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z03 N ${DOCTOR} 902`],
      worklist: [],
      state: 'ended',
    });
    expect(await eventsOf(controlId)).toContain('receipt-contradicts');
  });
});

describe.concurrent('where nobody asked to hear of it', () => {
  it('a reading is told to nobody', async () => {
    const { controlId, mail } = await delivered(UNHEARD);
    await laboratory.hear(mdnAbout(mail, DOCTOR, [by(DOCTOR), READ]));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
  });

  it.each([
    ['a refusal', (mail: AcceptedMail) => mdnAbout(mail, DOCTOR, [by(DOCTOR), ...REFUSED])],
    ['an error mail', (mail: AcceptedMail) => errorMailAbout(mail, DOCTOR, '902')],
  ])('%s is a person’s', async (_, refusal) => {
    const { controlId, mail } = await delivered(UNHEARD);
    await laboratory.hear(refusal(mail));
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: ['OUT-004'], state: 'closing' });
    const held = (await laboratory.settled(controlId)).deliveries.find(({ state }) => state === 'held');
    expect(held?.hold?.detail).toMatch(/^902 : /);
  });
});
