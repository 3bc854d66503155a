import { describe, expect, it } from 'vitest';
import { withControlId } from '../../../src/formats/hl7/control-id.ts';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import { parseMessage } from '../../../src/formats/hl7/message.ts';
import { mdmInput } from './sample-input.ts';

const body = (bytes: Uint8Array) => Buffer.from(bytes).subarray(Buffer.from(bytes).indexOf('\r'));

describe.each(['UNICODE UTF-8', '8859/15'] as const)('withControlId in %s', charset => {
  const party = { application: 'Île', facility: 'CHU_X' };
  const message = buildMdm(mdmInput({ charset, sender: party }));
  const renewed = withControlId(message, '0193-n°2', new Date('2026-11-21T08:30:00Z'));

  it('changes MSH-7 and MSH-10', () => {
    const { header } = parseMessage(renewed);
    expect(header.component(10, 1)).toBe('0193-n°2');
    expect(header.field(7)).toBe('20261121093000+0100');
    expect(header.field(3)).toBe('Île');
  });

  it('changes no other byte, and not the original', () => {
    const again = withControlId(renewed, '0193-c0ffee', new Date('2026-11-20T08:30:00Z'));
    expect(Buffer.from(again).equals(message)).toBe(true);
    expect(body(renewed).equals(body(message))).toBe(true);
    expect(parseMessage(message).header.field(10)).toBe('0193-c0ffee');
  });
});
