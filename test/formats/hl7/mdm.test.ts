import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import { type Hl7Message, parseMessage } from '../../../src/formats/hl7/message.ts';
import type { MailParticipant, MdmInput } from '../../../src/formats/hl7/types.ts';
import { HEADER, mdmInput } from './sample-input.ts';

const build = (change: Partial<MdmInput> = {}): Hl7Message => parseMessage(buildMdm(mdmInput(change)));
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');
const EXTENDED = { root: '1.2.250.1.999.1.1', extension: '2026|7' };

describe('buildMdm', () => {
  it('writes the whole message', () => {
    const document = mdmInput().document;
    const body = 'Bonjour,\nvoici l’échographie.';
    expect(Buffer.from(buildMdm(mdmInput())).toString().split('\r')).toEqual([
      'MSH|^~\\&|PFI|CHU_X|DPI|CHU_X|20261120093000+0100||MDM^T02^MDM_T02|0193-c0ffee|T|2.6|||||FRA|UNICODE UTF-8|||1.1^CISIS_CDA_HL7_LPS',
      'EVN||20261120093000+0100',
      expect.stringMatching(/^PID\|/),
      'PV1|1|N',
      'ORC|NW',
      "OBR|1|||18748-4^CR d'imagerie médicale^LN",
      'TXA|1|18748-4|TEXT|||||||||1.2.250.1.999.1.1.20261120.1|||||AU',
      `OBX|1|ED|18748-4^CR d'imagerie médicale^LN||^text^XML^Base64^${base64(document)}||||||F`,
      'PRT||UC||SB^Send by^participation|801234567891^MARTEL^Claire^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS||||||||||^^X.400^claire.martel@medecin.mssante.fr',
      "PRT||UC||RCT^Result Copies To^participation||||Service d'urologie^^^^^120456789^UF^^^3435|||||||^^X.400^dpi.urologie@chu-x.mssante.fr",
      `OBX|2|ED|<20261120.1@medecin.mssante.fr>^XDM/1.0/DDM+Échographie||^text^^Base64^${base64(body)}||||||F`,
      'OBX|3|CWE|MASQUE_PS^Masqué aux professionnels de Santé^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F',
      'OBX|4|CWE|INVISIBLE_PATIENT^Document Non Visible par le patient^MetaDMPMSS||Y^^expandedYes-NoIndicator||||||F',
      'OBX|5|CWE|INVISIBLE_REP_LEGAUX^Non visible par les représentants Légaux du patient^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F',
      'OBX|6|CWE|MODIF_CONF_CODE^Modification Confidentiality Code^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F',
      '',
    ]);
  });

  it.each([
    ['add', 'MDM^T02^MDM_T02', 'NW', 'F', ''],
    ['replace', 'MDM^T10^MDM_T02', 'RO', 'C', '1.2.250.1.999.1.1.20261119.4'],
    ['delete', 'MDM^T04^MDM_T02', 'CA', 'D', ''],
  ] as const)('says %s everywhere it is said', (action, type, order, status, parent) => {
    const replaces = [{ root: '1.2.250.1.999.1.1.20261119.4', extension: undefined }];
    const message = build({ action, header: { ...HEADER, replaces } });
    expect(message.header.field(9)).toBe(type);
    expect(message.first('ORC')?.field(1)).toBe(order);
    expect(message.first('OBX')?.field(11)).toBe(status);
    expect(message.first('TXA')?.field(13)).toBe(parent);
  });

  it('refuses a replacement that names no parent', () => {
    expect(() => build({ action: 'replace' })).toThrow(new GatewayError('XDM-016'));
  });

  it('writes identifiers with an extension as extension^^root^ISO', () => {
    const header = { ...HEADER, id: EXTENDED, replaces: [{ ...EXTENDED, extension: '2026.6' }] };
    const txa = build({ action: 'replace', header }).first('TXA');
    expect(txa?.field(12)).toBe('2026\\F\\7^^1.2.250.1.999.1.1^ISO');
    expect(txa?.field(13)).toBe('2026.6^^1.2.250.1.999.1.1^ISO');
  });

  it.each([
    ['18748-4', '2.16.840.1.113883.6.1', "Compte rendu d'imagerie", "18748-4^Compte rendu d'imagerie^LN"],
    ['SYNTH', '1.2.250.1.213.1.1.4.12', undefined, 'SYNTH^Synthèse^TRE_A05'],
    ['SYNTH', undefined, undefined, 'SYNTH^Synthèse^TRE_A05'],
    ['X1', '1.2.250.1.999.5', 'Local', 'X1^Local^1.2.250.1.999.5'],
  ])('writes type %s of %s as OBR-4 and OBX-3', (code, system, display, expected) => {
    const message = build({ header: { ...HEADER, code: { code, system, display } } });
    expect(message.first('OBR')?.field(4)).toBe(expected);
    expect(message.first('OBX')?.field(3)).toBe(expected);
    expect(message.first('TXA')?.field(2)).toBe(code);
  });

  it.each([0, 1, 2, 3, 196_607, 196_608, 196_609, 400_000])('carries %i bytes untouched', length => {
    const document = Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 256));
    const text = build({ document, charset: '8859/15' }).first('OBX')?.component(5, 5) ?? '';
    expect(Buffer.from(text, 'base64').equals(document)).toBe(true);
    expect(text).toBe(document.toString('base64'));
  });

  it('escapes whatever stands in a value, in every segment', () => {
    const nasty = '|^~\\&\r\nPID|||INJECTÉ\x1c\r\v';
    const message = build({
      controlId: nasty,
      sender: { application: nasty, facility: nasty },
      mail: { messageId: nasty, subject: nasty, text: nasty },
      from: { address: nasty, person: Array.from({ length: 13 }, () => nasty) },
      recipients: [
        { address: nasty, organization: { name: nasty, id: nasty, type: nasty, authority: nasty } },
      ],
      replyTo: [{ address: nasty }],
      header: {
        ...HEADER,
        id: { root: nasty, extension: nasty },
        code: { code: nasty, system: undefined, display: nasty },
        patient: {
          ...HEADER.patient,
          families: [{ value: nasty, qualifier: 'BR' }],
          identifiers: [{ root: nasty, extension: nasty, assigningAuthorityName: nasty }],
          birthplace: { county: nasty, city: nasty },
        },
      },
    });
    const plain = build({ replyTo: [{ address: 'a@b' }] });
    expect(message.segments.map(each => each.name)).toEqual(plain.segments.map(each => each.name));
    expect(message.header.component(10, 1)).toBe('|^~\\&\nPID|||INJECTÉ\x1c\n\v');
    expect(message.first('PID')?.component(5, 1)).toContain('INJECTÉ');
    expect(message.first('PID')?.component(5, 7)).toBe('L');
    expect(message.all('OBX')[1]?.component(3, 2)).toContain('INJECTÉ');
  });

  it('writes the header in 8859/15 and the mail’s text in UTF-8 all the same', () => {
    const bytes = Buffer.from(buildMdm(mdmInput({ charset: '8859/15' })));
    expect(bytes.includes(Buffer.from('LÉTRANGIER', 'latin1'))).toBe(true);
    expect(bytes.includes('D\\XE28099\\HAUTEC\xbcUR', 0, 'latin1')).toBe(true);
    const message = parseMessage(bytes);
    expect(message.first('PID')?.component(5, 1, 2)).toBe('D’HAUTECŒUR');
    const body = Buffer.from(message.all('OBX')[1]?.component(5, 5) ?? '', 'base64').toString('utf8');
    expect(body).toBe('Bonjour,\nvoici l’échographie.');
  });

  it('refuses what 8859/15 lacks where asked', () => {
    expect(() => build({ charset: '8859/15', unmappable: 'refuse' })).toThrow(new GatewayError('HL7-001'));
  });

  it('builds around 50 MB without a text of that size', () => {
    const document = Buffer.alloc(50 * 1024 * 1024, 0x41);
    const start = performance.now();
    expect(buildMdm(mdmInput({ document })).byteLength).toBeGreaterThan((document.length / 3) * 4);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

const RPPS = '&1.2.250.1.71.4.2.1&ISO';
const sender = (from: MailParticipant) => build({ from }).first('PRT');
const xcn = (id: string, authority = '', kind = '', type = '') => [
  id,
  'MARTEL',
  'Claire',
  '',
  '',
  '',
  '',
  '',
  authority,
  kind,
  '',
  '',
  type,
];

describe('PRT', () => {
  it('comes as SB, RCT…, REPLY…, in the order given', () => {
    const message = build({
      recipients: [{ address: 'a@x.mssante.fr' }, { address: 'b@x.mssante.fr' }],
      replyTo: [{ address: 'c@x.mssante.fr', person: ['1', 'X'] }],
    });
    const prts = message.all('PRT').map(each => [each.component(4, 1), each.component(15, 4), each.field(5)]);
    expect(prts).toEqual([
      ['SB', 'claire.martel@medecin.mssante.fr', expect.stringContaining('MARTEL')],
      ['RCT', 'a@x.mssante.fr', ''],
      ['RCT', 'b@x.mssante.fr', ''],
      ['REPLY', 'c@x.mssante.fr', ''],
    ]);
    expect(message.segments.findIndex(each => each.name === 'PRT')).toBe(8);
  });

  it.each([
    [xcn('801', RPPS, 'D', 'IDNPS'), 'IDNPS'],
    [xcn('801', RPPS), 'IDNPS'],
    [xcn('1801/42', RPPS), 'EI'],
    [xcn('42', '&1.2.3&ISO'), 'U'],
    [xcn('42'), 'U'],
    [['42', 'MARTEL'], 'U'],
    [xcn(''), ''],
  ])('gives PRT-5.13 beside PRT-5.1: %j', (person, type) => {
    expect(sender({ address: 'a@b', person })?.component(5, 13)).toBe(type);
  });

  it('puts an application into PRT-10', () => {
    const prt = sender({ address: 'a@b', person: xcn('1.2.250.1.999.9/AUTOMATE', '', 'U', 'RI') });
    expect(prt?.field(5)).toBe('');
    expect(prt?.field(10)).toBe('1.2.250.1.999.9/AUTOMATE');
  });

  it('writes an authority that is an HD as subcomponents', () => {
    const organization = { name: 'Labo', id: '1', type: 'IDNST', authority: '&1.2.250.1.71.4.2.2&ISO' };
    expect(sender({ address: 'a@b', organization })?.field(8)).toBe(
      'Labo^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1',
    );
  });
});
