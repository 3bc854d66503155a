import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { readAck, type Verdict, verdict } from '../../../src/formats/hl7/ack.ts';
import { buildAck } from '../../../src/formats/hl7/build-ack.ts';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { mdmInput } from './sample-input.ts';

const MSH = 'MSH|^~\\&|DPI|CHU_X|PFI|CHU_X|202610030831||ACK^T02^ACK|12347|P|2.6|||AL|AL|FRA|8859/15';
const read = (...segments: string[]) => readAck(Buffer.from([MSH, ...segments].join('\r'), 'latin1'));
const judge = (msa: string, ...errors: string[]) => verdict(read(msa, ...errors), { commitAccept: false });

const OTHER: Verdict = { kind: 'refused', code: '906', label: "Erreur 'Autre'" };
const UNKNOWN: Verdict = { kind: 'refused', code: '902', label: 'Identifiant de patient inconnu' };

describe('readAck', () => {
  it('reads the published refusal', () => {
    const ack = read(
      'MSA|AE|12345',
      'ERR||PID^1^3|207^Application error^messageErrorCondition| E|902^Identifiant de patient inconnu^applicationErrorCode',
    );
    expect(ack).toEqual({
      code: 'AE',
      controlId: '12345',
      errors: [
        {
          location: 'PID^1^3',
          condition: { code: '207', label: 'Application error' },
          severity: 'E',
          application: { code: '902', label: 'Identifiant de patient inconnu' },
        },
      ],
    });
  });

  it.each([
    ['LF line ends', `${MSH}\nMSA|AA|12345\n`],
    ['no last CR', `${MSH}\rMSA|AA|12345`],
    ['blanks', ` ${MSH}\r\n  MSA| AA | 12345 |\r\n`],
    ['lower case', `${MSH.replace('MSH', 'msh')}\rmsa|aa|12345\r`],
    ['its MLLP frame', `\v${MSH}\rMSA|AA|12345\r\x1c\r`],
    ['SFT before MSA', `${MSH}\rSFT|x\rMSA|AA|12345\r`],
    ['other delimiters', 'MSH#*~!$#DPI\rMSA#AA#12345\r'],
  ])('takes an ACK with %s', (_, text) => {
    expect(readAck(Buffer.from(text))).toEqual({ code: 'AA', controlId: '12345', errors: [] });
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<html>502</html>'],
    ['no MSA', MSH],
    ['an empty MSA', `${MSH}\rMSA|`],
    ['no MSA-2', `${MSH}\rMSA|AA|`],
    ['an unknown code', `${MSH}\rMSA|OK|12345`],
    ['a message', Buffer.from(buildMdm(mdmInput())).toString()],
  ])('refuses %s with HL7-002', (_, text) => {
    expect(() => readAck(Buffer.from(text))).toThrow(new GatewayError('HL7-002'));
  });
});

describe('verdict', () => {
  it.each<[string, string, string[], Verdict]>([
    ['AA', 'MSA|AA|1', [], { kind: 'accepted' }],
    ['AA with a warning', 'MSA|AA|1', ['ERR||||W|903^x'], { kind: 'accepted' }],
    ['CA', 'MSA|CA|1', [], { kind: 'later', error: 'HL7-005' }],
    ['AR', 'MSA|AR|1', ['ERR|||207||902'], { kind: 'later', error: 'HL7-003' }],
    ['CR', 'MSA|CR|1', [], { kind: 'later', error: 'HL7-003' }],
    ['AE alone', 'MSA|AE|1', [], OTHER],
    ['CE alone', 'MSA|CE|1', [], OTHER],
    ['207 and ERR-5', 'MSA|AE|1', ['ERR|||207|E|902^Identifiant de patient inconnu'], UNKNOWN],
    ['ERR-5 alone', 'MSA|AE|1', ['ERR||||E|902^Identifiant de patient inconnu'], UNKNOWN],
    [
      'ERR-5 beside a technical ERR-3',
      'MSA|AE|1',
      ['ERR|||101|E|902^Identifiant de patient inconnu'],
      UNKNOWN,
    ],
    [
      'a code without label',
      'MSA|AE|1',
      ['ERR|||207|E|903'],
      { kind: 'refused', code: '903', label: 'INS non présent dans le document' },
    ],
    [
      'an unknown code',
      'MSA|AE|1',
      ['ERR|||207|E|931^Quota dépassé^applicationErrorCode'],
      { kind: 'refused', code: '931', label: 'Quota dépassé' },
    ],
    [
      'an unknown code without label',
      'MSA|AE|1',
      ['ERR|||207|E|931'],
      { kind: 'refused', code: '931', label: '' },
    ],
    [
      'a label without code',
      'MSA|AE|1',
      ['ERR|||207|E|^Dossier clos'],
      { kind: 'refused', code: '906', label: 'Dossier clos' },
    ],
    ['207 and no ERR-5', 'MSA|AE|1', ['ERR|||207^Application error|E'], OTHER],
    ['an ERR that says nothing', 'MSA|AE|1', ['ERR||'], OTHER],
    ['ERR-3 0', 'MSA|AE|1', ['ERR|||0|E'], OTHER],
    [
      'another ERR-3',
      'MSA|AE|1',
      ['ERR||MSH^1^12|203^Unsupported version id|E'],
      { kind: 'technical', code: '203', label: 'Unsupported version id' },
    ],
    [
      'another ERR-3 without label',
      'MSA|AE|1',
      ['ERR|||101|F'],
      { kind: 'technical', code: '101', label: 'Required field missing' },
    ],
    [
      'ERR-1 of old',
      'MSA|AE|1',
      ['ERR|PID^1^3^101&Champ absent&HL70357'],
      { kind: 'technical', code: '101', label: 'Champ absent' },
    ],
    ['ERR-1 of old, 207', 'MSA|AE|1', ['ERR|^^^207'], OTHER],
    [
      'a warning, then the error',
      'MSA|AE|1',
      ['ERR|||101|W', 'ERR|||207|E|902^Identifiant de patient inconnu'],
      UNKNOWN,
    ],
    [
      'warnings only, an application error among them',
      'MSA|AE|1',
      ['ERR|||101|W', 'ERR|||207|i|902^Identifiant de patient inconnu'],
      UNKNOWN,
    ],
    [
      'AA with an application error',
      'MSA|AA|1',
      ['ERR|||207|E|902^Identifiant de patient inconnu'],
      { ...UNKNOWN, kind: 'contradictory' },
    ],
    [
      'technical, then application',
      'MSA|AE|1',
      ['ERR|||101|E', 'ERR|||207|E|902^Identifiant de patient inconnu'],
      UNKNOWN,
    ],
    [
      'two refusals: the first',
      'MSA|AE|1',
      ['ERR|||207|E|902^Identifiant de patient inconnu', 'ERR|||207|E|905'],
      UNKNOWN,
    ],
    [
      'an escaped label',
      'MSA|AE|1',
      ['ERR|||207|E|931^A\\T\\B'],
      { kind: 'refused', code: '931', label: 'A&B' },
    ],
  ])('%s', (_, msa, errors, expected) => {
    expect(judge(msa, ...errors)).toEqual(expected);
  });

  it('takes CA as acceptance where the setting says so', () => {
    expect(verdict(read('MSA|CA|1'), { commitAccept: true })).toEqual({ kind: 'accepted' });
  });
});

describe('buildAck', () => {
  const request = parseMessage(buildMdm(mdmInput({ action: 'delete', controlId: 'A&1' })));
  const time = new Date('2026-11-20T08:31:00Z');

  it('answers as the profile asks', () => {
    const bytes = buildAck({ request, code: 'AA', controlId: '77', time });
    expect(Buffer.from(bytes).toString()).toBe(
      'MSH|^~\\&|DPI|CHU_X|PFI|CHU_X|20261120093100+0100||ACK^T04^ACK|77|T|2.6|||||FRA|UNICODE UTF-8\r' +
        'MSA|AA|A\\T\\1\r',
    );
    expect(readAck(bytes)).toEqual({ code: 'AA', controlId: 'A&1', errors: [] });
  });

  it('is read back, errors and all, in either charset', () => {
    const errors = [
      {
        location: 'PID^1^3',
        condition: { code: '207', label: 'Application error' },
        severity: 'E',
        application: { code: '904', label: "L'INS ne correspond pas à « Zoé »|" },
      },
    ];
    for (const charset of ['UNICODE UTF-8', '8859/15'] as const) {
      const asked = parseMessage(buildMdm(mdmInput({ charset })));
      const bytes = buildAck({ request: asked, code: 'AE', controlId: '77', time, errors });
      expect(readAck(bytes).errors).toEqual(errors);
      expect(parseMessage(bytes).header.field(18)).toBe(charset);
    }
  });
});
