import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { patientRecipient, requestMessage, requestSample } from '../../../samples/kit/request.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { documentMetadata } from '../../../src/formats/xdm/document-metadata.ts';
import {
  after,
  all,
  type Alter,
  hiding,
  type Overrides,
  PREVIOUS,
  read,
  refused,
  REPLACING,
  RULES,
  set,
  swap,
  thrownBy,
  without,
  wrong,
} from './request-kit.ts';

const ADDRESS = 'anne.tanguy@cabinet-du-port.mssante.fr';
const PATIENT = patientRecipient(PATIENTS.morvan);

describe('what is no message', () => {
  it.each([
    ['nothing', '', 'REQ-001'],
    ['HTML', '<html>502</html>', 'REQ-001'],
    ['a message without header', 'PID|||1', 'REQ-001'],
    [
      'UTF-16',
      Buffer.from(requestMessage().toString('latin1').slice(0, 200), 'utf16le').toString('latin1'),
      'REQ-001',
    ],
    ['letters as separators', 'MSHA^~\\&AB', 'REQ-001'],
    ['200 000 segments', `MSH|^~\\&|\r${'OBX|1\r'.repeat(200_000)}`, 'REQ-011'],
  ])('%s', (_, text, code) => {
    const error = thrownBy(Buffer.from(text, 'latin1'));
    expect([error.code, error.fields]).toEqual([code, { location: 'MSH^1' }]);
  });

  it('says which fault of the CDA it was', () => {
    const error = thrownBy(requestMessage({ documents: [Buffer.from('<x/>')] }));
    expect(error.fields).toEqual({ location: 'OBX^1^5^1^5', cause: 'CDA-002' });
    expect(error.publicText).toMatch(/\(CDA-002\)\.$/);
  });
});

describe('a request without fault', () => {
  it('is read whole', () => {
    const sample = requestSample({
      type: 'MDM',
      action: 'replace',
      documents: REPLACING,
      wishes: {
        DESTMSSANTEPS: 'Y',
        DESTMSSANTEPAT: 'Y',
        ACK_RECEPTION: 'Y',
        MODIF_CONF_CODE: 'Y',
        DESTDMP: 'Y',
      },
      recipients: [{ address: ADDRESS, organization: { name: 'Cabinet', id: '290001' } }, PATIENT],
      replyTo: 'secretariat@embruns.mssante.fr',
      noAnswer: true,
      texts: { professionals: 'Cher confrère,\nvoici.', patient: 'Bonjour' },
      charset: '8859/15',
      processingId: 'T',
      from: ['SGL Œ', 'EMBRUNS'],
    });
    const request = read(sample);
    expect(request.documents.map(({ bytes }) => Buffer.from(bytes))).toEqual(REPLACING.map(cdaDocument));
    expect({ ...request, documents: request.documents.map(({ header }) => header.id.root) }).toEqual({
      head: {
        sender: { application: ['SGL Œ'], facility: ['EMBRUNS'] },
        receiver: { application: ['PFI'], facility: ['EMBRUNS'] },
        event: 'T10',
        controlId: 'EMB-000001',
        processingId: 'T',
        charset: '8859/15',
      },
      action: 'replace',
      documents: ['1.2.250.1.999.1.1.2026.1.1'],
      patient: {
        identifiers: [
          expect.objectContaining({ root: '1.2.250.1.213.1.4.10', extension: PATIENT.person?.id }),
          expect.objectContaining({ root: '1.2.250.1.999.1.2', extension: '8000123' }),
        ],
        qualified: true,
      },
      patientClass: 'I',
      sender: {
        person: [
          '810009990017',
          'KERVELLA',
          'Yann',
          '',
          '',
          '',
          '',
          '',
          'ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO',
          'D',
          '',
          '',
          'RPPS',
        ],
        organization: {
          name: 'Laboratoire des Embruns',
          id: '1290000999',
          type: 'FINEG',
          authority: 'ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO',
        },
        device: undefined,
      },
      recipients: [
        { address: ADDRESS, identifier: '290001', audience: 'professionals' },
        { address: PATIENT.address, identifier: PATIENT.person?.id, audience: 'patient' },
      ],
      passedOver: 0,
      replyTo: 'secretariat@embruns.mssante.fr',
      wishes: {
        masquePs: false,
        invisiblePatient: false,
        invisibleRepLegaux: false,
        connexionSecrete: false,
        modifConfCode: true,
        dmp: true,
        mailProfessionals: true,
        mailPatient: true,
        ackReception: true,
        ackReading: false,
      },
      patientMayAnswer: false,
      text: { professionals: 'Cher confrère,\nvoici.', patient: 'Bonjour' },
    });
  });

  it.each([
    ['MASQUE_PS', 'masquePs', 'MASQUE_PS'],
    ['INVISIBLE_PATIENT', 'invisiblePatient', 'INVISIBLE_PATIENT'],
    ['INVISIBLE_REPRESENTANTS_LEGAUX', 'invisibleRepLegaux', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
    // The name that HL7 has for it.
    ['INVISIBLE_REP_LEGAUX', 'invisibleRepLegaux', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
  ] as const)(
    'is about a document that hides itself (%s), and says so of all it carries',
    (own, wish, code) => {
      const documents = [hiding(own), cdaSample({ id: PREVIOUS })];
      const { wishes, ...request } = read({ documents, wishes: { DESTDMP: 'Y' } });
      const hidden = { masquePs: false, invisiblePatient: false, invisibleRepLegaux: false, [wish]: true };
      expect(wishes).toMatchObject({ ...hidden, dmp: true });
      for (const document of request.documents) {
        const { confidentialityCodes } = documentMetadata(document, { action: 'add', restrictions: wishes });
        const codes = confidentialityCodes.map(each => each.code);
        expect(codes.filter(each => each === code)).toEqual([code]);
      }
    },
  );

  it('tells in which OBX each of its documents came', () => {
    const documents = [cdaSample({ level: 1 }), cdaSample({ id: PREVIOUS })];
    const isDocument = (segment: string) => /^(?:OBX\|\d+\|ED|PRT)\|/.test(segment);
    const last: Alter = segments => [
      ...segments.filter(segment => !isDocument(segment)),
      ...segments.filter(isDocument),
    ];
    const sequences = (overrides: Overrides) => read(overrides).documents.map(({ sequence }) => sequence);
    expect(sequences({ documents })).toEqual([1, 2]);
    expect(sequences(wrong(last, { documents }))).toEqual([11, 12]);
  });

  it.each<[string, string, readonly string[]]>([
    ['a name', 'SGL', ['SGL']],
    ['a name with an OID', 'SGL^1.2.250.1.9.1^ISO', ['SGL', '1.2.250.1.9.1', 'ISO']],
    ['an OID alone', '^1.2.250.1.9.1^ISO', ['', '1.2.250.1.9.1', 'ISO']],
    ['an OID and a null', '""^1.2.250.1.9.1', ['', '1.2.250.1.9.1']],
    ['blanks and more', ' SGL ^1.2.250.1.9.1^ISO^4^5', ['SGL', '1.2.250.1.9.1', 'ISO']],
  ])('has parties of %s', (_, hd, components) => {
    const { sender, receiver } = read(wrong(all(...[3, 4, 5, 6].map(field => set('MSH', field, hd))))).head;
    expect([sender, receiver]).toEqual([
      { application: components, facility: components },
      { application: components, facility: components },
    ]);
  });

  it('may carry its document in two forms', () => {
    const documents = [cdaSample({ level: 1 }), cdaSample({ id: { root: PREVIOUS.root, extension: '3' } })];
    expect(read({ documents }).documents.map(({ header }) => header.id.extension)).toEqual([undefined, '3']);
    expect(
      refused({
        documents: [documents[0] ?? cdaSample(), { ...cdaSample(), id: PREVIOUS, code: '18748-4' }],
      }),
    ).toEqual(['REQ-013', 'OBX^2^3']);
  });

  it.each<[string, Overrides]>([
    [
      'blanks around values',
      wrong(
        all(swap('2.1^CISIS', ' 2.1 ^ CISIS'), swap('^LN', '^LN '), swap('Y^^expanded', ' Y ^^ expanded')),
      ),
    ],
    ['codes with blanks in them (quirk H3)', wrong(swap('INVISIBLE_REP_LEGAUX', 'INVISIBLE_ REP_LEGAUX'))],
    [
      'the names that XDS and version 2.0 have',
      wrong(
        all(
          swap('INVISIBLE_REP_LEGAUX', 'INVISIBLE_REPRESENTANTS_LEGAUX'),
          swap('MODIF_CONF_CODE', 'MODIF_CONFIDENTIALITYCODE'),
          swap('ACK_LECTURE_MSS', 'ACK_LECTURE'),
        ),
      ),
    ],
    [
      'LOINC for LN',
      wrong(all(set('OBR', 4, '11502-2^CR^LOINC'), set('OBX', 3, '11502-2^CR^2.16.840.1.113883.6.1'))),
    ],
    ['no label', wrong(all(set('OBR', 4, '11502-2^^LN'), set('PRT', 4, 'RCT', 2)))],
    [
      'metadata in another order, and first',
      wrong(segments => [
        ...segments.slice(0, 5),
        ...segments.slice(8).toReversed(),
        ...segments.slice(5, 8),
      ]),
    ],
    [
      'segments of its own',
      wrong(
        all(
          after('PID', 1, 'NTE|1||x'),
          after('OBR', 1, 'TQ1|1'),
          after('OBX', 11, 'ZZZ|1'),
          after('PID', 1, 'PD1||'),
        ),
      ),
    ],
    ['participants of its own', wrong(after('OBX', 1, 'PRT||UC||AUT^Author^participation|1^X'))],
    ['an OBX of its own', wrong(after('OBX', 11, 'OBX|13|XTN|REPLY_TO^Adresse mail de |||||F|'))],
    ['UTF8 in MSH-18', wrong(set('MSH', 18, 'utf-8'))],
    ['ISO-8859-15 in MSH-18', { ...wrong(set('MSH', 18, 'ISO-8859-15')), charset: '8859/15' }],
  ])('is accepted with %s', (_, overrides) => {
    expect(read(overrides).recipients).toHaveLength(1);
  });

  it('is an ORU without PV1: no stay is known', () => {
    expect(read(wrong(without('PV1'))).patientClass).toBe('N');
    expect(read(wrong(set('PV1', 19, ''), { patientClass: 'N' })).patientClass).toBe('N');
  });

  it.each(['\n', '\r\n'])('may have its segments end with %j', end => {
    const message = requestMessage().toString().replaceAll('\r', end);
    expect(readRequest(Buffer.from(message), RULES).recipients).toHaveLength(1);
  });
});
