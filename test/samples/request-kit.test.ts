import { Hl7Message } from '@medplum/core';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample, PATIENTS } from '../../samples/kit/cda.ts';
import { patientRecipient, requestMessage, requestSample } from '../../samples/kit/request.ts';

describe('requestMessage', () => {
  const sample = requestSample({
    type: 'MDM',
    documents: [cdaSample({ patient: PATIENTS.dartagnan })],
    wishes: { DESTMSSANTEPAT: 'Y' },
    recipients: [patientRecipient(PATIENTS.dartagnan)],
    noAnswer: true,
    texts: { patient: 'Bonjour' },
  });

  it('gives the same bytes for the same sample', () => {
    expect(requestMessage(sample).equals(requestMessage(sample))).toBe(true);
  });

  it('is read by another parser', () => {
    const message = Hl7Message.parse(requestMessage(sample).toString().trimEnd());
    expect(message.segments.map(({ name }) => name).join(' ')).toBe(
      `MSH EVN PID PV1 ORC OBR TXA OBX PRT PRT ${'OBX '.repeat(8)}NTE ${'OBX '.repeat(2)}OBX`,
    );
    expect(message.getSegment('PID')?.getField(5).getComponent(1)).toBe("D'ARTAGNAN \\T\\ FILS");
    const base64 = message.getSegment('OBX')?.getField(5).getComponent(5) ?? '';
    expect(
      Buffer.from(base64, 'base64').equals(cdaDocument(cdaSample({ patient: PATIENTS.dartagnan }))),
    ).toBe(true);
    expect(message.getSegment('NTE')?.getField(4).toString()).toBe('FIN');
  });

  it('has the characters of 8859/15 as their bytes, and others as escapes', () => {
    const bytes = requestMessage({ charset: '8859/15', from: ['Œ€é', '’'] });
    expect(bytes.toString('latin1')).toContain('|\xbc\xa4\xe9|\\XE28099\\|');
  });
});
