import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, type CdaSample } from '../../samples/kit/cda.ts';
import { samplePdf } from '../../samples/kit/pdf.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, startDmpSite } from '../kit/dmp.ts';
import { AFTER_NORMAL } from '../kit/confidentiality.ts';
import { DOCTOR, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

/** What is wrong with a document or a request ends the DMP part alone, before anything is said to the DMP. */

/** A geographic entity for which the certificates’ holder may act too. */
const OTHER_SITE = '1290000888';
const LIMIT = 20 * 1024 * 1024;

let site: DmpSite;
let laboratory: Laboratory;
beforeAll(async () => {
  site = await startDmpSite({ structures: [OTHER_SITE] });
  laboratory = await startLaboratory({ settings: { dmp: site.settings } });
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});

const BOTH_PARTS = { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } as const;
const MAIL_TOLD = `Z02 Y ${DOCTOR}`;

/** A document whose bytes are changed after it was written; what the message says of it stays true. */
function altered(change: (xml: string) => string): Partial<RequestSample> {
  const sample = newDmpDocument();
  const { code, display, patient } = sample;
  return {
    documents: [Buffer.from(change(cdaDocument(sample).toString()))],
    code: { code, display, system: 'LN' },
    patient,
  };
}

const one = (sample: Partial<CdaSample>): Partial<RequestSample> => ({ documents: [newDmpDocument(sample)] });

function ofSize(bytes: number): Partial<RequestSample> {
  const small = newDmpDocument({ level: 1, pdf: samplePdf(['grand']) });
  const rest = bytes - cdaDocument(small).byteLength;
  return { documents: [{ ...small, pdf: samplePdf(['grand'], Math.ceil((rest * 3) / 4)) }] };
}

describe('is not sent to the DMP, leaves by mail, and is told of:', () => {
  it.each<[string, code: string, Partial<RequestSample>]>([
    ['a type outside JDV_J66', 'DMP-009', one({ code: '11528-7', display: 'CR de radiologie' })],
    ['an id with an extension', 'DMP-010', one({ id: { root: '1.2.250.1.999.7', extension: 'A1' } })],
    ['restricted confidentiality', 'DMP-011', one({ confidentiality: 'R' })],
    ['very restricted confidentiality', 'DMP-011', one({ confidentiality: 'V' })],
    [
      'restricted confidentiality, said behind the normal one',
      'DMP-011',
      altered(xml => xml.replace(/<confidentialityCode [^>]*\/>/, AFTER_NORMAL.second('R'))),
    ],
    ['no qualified INS', 'DMP-012', { ...one({}), qualified: false }],
    ['a document over the limit', 'DMP-014', ofSize(LIMIT + 4_096)],
    [
      'a structure that is not ours',
      'DMP-015',
      {
        ...one({}),
        sender: {
          person: { id: '810009990017', family: 'KERVELLA', given: 'Yann' },
          organization: { name: 'Autre', id: '1350000888' },
        },
      },
    ],
    [
      'a secret connection that nobody configured',
      'DMP-016',
      { ...one({}), wishes: { ...BOTH_PARTS, CONNEXION_SECRETE: 'Y' } },
    ],
    [
      'a prefix that nothing declares',
      'DMP-017',
      altered(xml => xml.replace('<structuredBody>', '<structuredBody><x:y/>')),
    ],
    [
      'an attribute that is there twice',
      'DMP-017',
      altered(xml =>
        xml.replace('<structuredBody>', '<structuredBody classCode="DOCBODY" classCode="DOCBODY">'),
      ),
    ],
  ])('%s (%s)', async (_, code, overrides) => {
    const before = site.dmp.requests().length;
    const { message, controlId } = newRequest({ wishes: BOTH_PARTS, ...overrides });
    expect(await laboratory.ask(message)).toBe('AA');
    const view = await laboratory.reported(controlId);
    expect(laboratory.mails(view)).toHaveLength(1);
    const came = await laboratory.cameOf(controlId);
    expect({ ...came, told: came.told.toSorted() }).toEqual({
      told: [`Z01 N ${code}`, MAIL_TOLD],
      worklist: [code],
      state: 'closing',
    });
    expect(site.dmp.requests()).toHaveLength(before);
    expect(site.dmp.faults()).toEqual([]);
  });

  it('the INS of a test, where the DMP is the real one (DMP-013)', async () => {
    const before = site.dmp.requests().length;
    const settings = { dmp: { ...site.settings, environment: 'production' } };
    const real = await startLaboratory({ settings });
    const { message, controlId } = newRequest({ wishes: BOTH_PARTS, ...one({}) });
    expect(await real.ask(message)).toBe('AA');
    await real.reported(controlId);
    expect(await real.cameOf(controlId)).toMatchObject({ worklist: ['DMP-013'] });
    expect(real.told(controlId).toSorted()).toEqual(['Z01 N DMP-013', MAIL_TOLD]);
    await real.stop();
    expect(site.dmp.requests()).toHaveLength(before);
  });
});

describe('the application hears of a no that it did not ask for', () => {
  it('of the DMP part, always', async () => {
    const { message, controlId } = newRequest({
      ...DMP_ALONE,
      ...one({ confidentiality: 'R' }),
      wishes: { DESTDMP: 'Y' },
    });
    expect(await laboratory.ask(message)).toBe('AA');
    expect(await laboratory.cameOf(controlId)).toMatchObject({ told: ['Z01 N DMP-011'] });
  });
});

describe('a request that does not say who sends (PRT SB)', () => {
  it('is refused at once', async () => {
    const { message } = newRequest({ ...DMP_ALONE, ...one({}), sender: undefined });
    expect(await laboratory.ask(message)).toMatch(/^AE \d+ REQ-\d+ /);
  });
});

describe('what the configuration was wrong about', () => {
  it('is mended and sent again: a structure that was not named', async () => {
    const organization = { name: 'Site du Port', id: OTHER_SITE };
    const person = { id: '810009990017', family: 'KERVELLA', given: 'Yann' };
    const { message, controlId } = newRequest({
      ...DMP_ALONE,
      documents: [newDmpDocument()],
      sender: { person, organization },
    });
    expect(await laboratory.ask(message)).toBe('AA');
    expect(await laboratory.cameOf(controlId)).toMatchObject({ worklist: ['DMP-015'] });
    await laboratory.stopGateway();
    const own = site.settings['structures'] as readonly object[];
    const structures = [...own, { id: OTHER_SITE, name: 'Site du Port', sector: 'SA25' }];
    await laboratory.startGateway({ settings: { dmp: { ...site.settings, structures } } });
    const { exchange } = await laboratory.settled(controlId);
    await retryExchange(exchange.id, laboratory.steering());
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: ['Z01 N DMP-015', 'Z01 Y'],
      worklist: [],
      state: 'ended',
    });
    expect(site.dmp.documents().at(-1)?.structure).toBe(OTHER_SITE);
  });
});

describe('a document just under the limit', () => {
  it('is published as it came', async () => {
    const { message, controlId } = newRequest({ ...DMP_ALONE, ...ofSize(LIMIT - 4_096) });
    expect(await laboratory.ask(message)).toBe('AA');
    expect(await laboratory.cameOf(controlId)).toMatchObject({ told: ['Z01 Y'] });
    expect(site.dmp.documents().at(-1)?.content.byteLength).toBeGreaterThan(LIMIT - 8_192);
  });
});
