import { Hl7Message as MedplumMessage } from '@medplum/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestMessage } from '../../../samples/kit/request.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { acceptance } from '../../../src/formats/hl7/request-answer.ts';
import { smtpErrorOf } from '../../../src/formats/hl7/smtp-error-codes.ts';
import {
  buildZam,
  type DmpZamInput,
  type MailZamInput,
  type ZamInput,
} from '../../../src/formats/hl7/zam.ts';
import { all, read, set, wrong } from './request-kit.ts';

const receipt = () => ({
  head: read({ processingId: 'T' }).head,
  controlId: 'ZAM-1',
  time: new Date('2026-11-20T08:00:00Z'),
  error: undefined,
});
const zam = (change: Partial<MailZamInput> = {}): ZamInput => ({
  ...receipt(),
  kind: 'Z02',
  recipient: { address: 'anne.tanguy@cabinet-du-port.mssante.fr', identifier: '810009990025' },
  ...change,
});
const dmpZam = (change: Partial<DmpZamInput> = {}): ZamInput => ({ ...receipt(), kind: 'Z01', ...change });
const text = (input: ZamInput) => Buffer.from(buildZam(input)).toString();
const MSH = (kind: string) =>
  `MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ZAM^${kind}^ZAM_Z01|ZAM-1|T|2.6|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2\rEVN||20261120090000+0100\r`;

describe('a ZAM', () => {
  // The whole message of the text's table; the published sample of a refusal has other words in ERR (quirk H28).
  it('tells that the DMP has the documents', () => {
    expect(text(dmpZam())).toBe(
      'MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ZAM^Z01^ZAM_Z01|ZAM-1|T|2.6|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2\r' +
        'EVN||20261120090000+0100\r' +
        'OBX|1|CWE|ACK_RECEPTION_DMP^Accusé de réception DMP^AckMetierZAM|EMB-000001|Y^^expandedYes-NoIndicator||||||F\r',
    );
  });

  it('tells that the DMP has not, and why in the DMP’s words', () => {
    expect(text(dmpZam({ error: { code: 'DMPClosed', label: 'DMP fermé' } }))).toBe(
      'MSH|^~\\&|PFI|EMBRUNS|SGL|EMBRUNS|20261120090000+0100||ZAM^Z01^ZAM_Z01|ZAM-1|T|2.6|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2\r' +
        'EVN||20261120090000+0100\r' +
        'OBX|1|CWE|ACK_RECEPTION_DMP^Accusé de réception DMP^AckMetierZAM|EMB-000001|N^^expandedYes-NoIndicator||||||F\r' +
        'ERR|||207^Application error^messageErrorCondition|E|DMPClosed^DMP fermé^DMP_ERROR_CODE\r',
    );
  });

  it('tells that the mail server took the mail', () => {
    expect(text(zam())).toBe(
      `${MSH('Z02')}OBX|1|CWE|ACK_RECEPTION_MSS^Accusé de réception MSSanté^AckMetierZAM|EMB-000001|Y^^expandedYes-NoIndicator||||||F\r` +
        'OBX|2|XTN|DESTINATAIRE_MSS^Destinataire MSSanté^AckMetierZAM|810009990025|^^X.400^anne.tanguy@cabinet-du-port.mssante.fr||||||F\r',
    );
  });

  it('tells that it did not, by table SMTPERRORCODE', () => {
    const error = smtpErrorOf({ reply: '550', status: '5.1.1' });
    const recipient = { address: 'inconnu@port.mssante.fr', identifier: undefined };
    expect(text(zam({ error, recipient }))).toBe(
      `${MSH('Z02')}OBX|1|CWE|ACK_RECEPTION_MSS^Accusé de réception MSSanté^AckMetierZAM|EMB-000001|N^^expandedYes-NoIndicator||||||F\r` +
        'OBX|2|XTN|DESTINATAIRE_MSS^Destinataire MSSanté^AckMetierZAM||^^X.400^inconnu@port.mssante.fr||||||F\r' +
        `ERR|||207^Application error^messageErrorCondition|E|550^${error.label}^SMTPERRORCODE\r`,
    );
  });

  it('tells that the mail was read, or could not be integrated', () => {
    const error = { code: '902', label: 'Identifiant patient inconnu' };
    expect(text(zam({ kind: 'Z03', error }))).toBe(
      `${MSH('Z03')}OBX|1|CWE|ACK_LECTURE_MSS^Accusé de lecture^AckMetierZAM|EMB-000001|N^^expandedYes-NoIndicator||||||F\r` +
        'OBX|2|XTN|LECTEUR_MSS^Lecteur du courriel MSSanté^AckMetierZAM|810009990025|^^X.400^anne.tanguy@cabinet-du-port.mssante.fr||||||F\r' +
        'ERR|||207^Application error^messageErrorCondition|E|902^Identifiant patient inconnu^applicationErrorCode\r',
    );
    expect(text(zam({ kind: 'Z03' }))).not.toContain('ERR');
  });

  it('names both parties whole, by name and OID, as the ACK does', () => {
    const overrides = wrong(
      all(
        set('MSH', 3, 'SGL^1.2.250.1.9.1^ISO'),
        set('MSH', 4, '^1.2.250.1.9.2^ISO'),
        set('MSH', 5, 'PFI^&\\S\\^ISO'),
        set('MSH', 6, 'EMBRUNS^1.2.250.1.9.4'),
      ),
    );
    const parties = 'PFI^\\T\\\\S\\^ISO|EMBRUNS^1.2.250.1.9.4|SGL^1.2.250.1.9.1^ISO|^1.2.250.1.9.2^ISO';
    const written = (bytes: Uint8Array) => Buffer.from(bytes).toString().split('|').slice(2, 6).join('|');
    expect(written(buildZam(zam({ head: read(overrides).head })))).toBe(parties);
    const request = requestMessage(overrides);
    expect(written(acceptance({ request, controlId: '1', time: new Date(0) }))).toBe(parties);
  });

  it('is written in the charset of the request', () => {
    const head = read({ charset: '8859/15', from: ['Œ', 'É'] }).head;
    const bytes = Buffer.from(buildZam(zam({ head, error: { code: '900', label: '😀’' } })));
    expect(bytes.toString('latin1')).toContain('|\xbc|\xc9|');
    expect(parseMessage(bytes).first('ERR')?.component(5, 2)).toBe('😀’');
  });

  it('is one message of five segments at most, whatever is in its values', () => {
    const hostile = fc.constantFrom(
      'A',
      '|',
      '^',
      '~',
      '\\',
      '&',
      '\r',
      '\n',
      '\v',
      '\x1c',
      '\u2028',
      'é',
      '😀',
    );
    const value = fc.string({ unit: hostile, maxLength: 30 });
    const { head } = zam();
    fc.assert(
      fc.property(value, value, value, value, (controlId, identifier, code, label) => {
        const recipient = { address: 'a@b.fr', identifier };
        const bytes = buildZam(zam({ head: { ...head, controlId }, recipient, error: { code, label } }));
        const theirs = MedplumMessage.parse(Buffer.from(bytes).toString().trimEnd());
        expect(theirs.segments.map(({ name }) => name)).toEqual(['MSH', 'EVN', 'OBX', 'OBX', 'ERR']);
        const message = parseMessage(bytes);
        const [status, who] = message.all('OBX');
        const lines = (text: string) => text.replaceAll(/\r\n|[\r\n\u2028]/g, '\n');
        expect([status?.component(4, 1), who?.component(4, 1)]).toEqual([controlId, identifier].map(lines));
        expect(who?.component(5, 4)).toBe('a@b.fr');
        expect([1, 2].map(place => message.first('ERR')?.component(5, place))).toEqual(
          [code, label].map(lines),
        );
      }),
    );
  });
});
