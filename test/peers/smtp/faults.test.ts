import { describe, expect, it } from 'vitest';
import { smtpFault } from '../../../src/peers/smtp/faults.ts';

interface Case {
  readonly what: string;
  readonly error: object;
  readonly begun?: boolean;
  readonly code: string;
}

const cases: readonly Case[] = [
  {
    what: 'an unknown recipient',
    error: { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 },
    code: 'SMTP-004',
  },
  {
    what: 'greylisting, which nodemailer gives the same code',
    error: { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450 },
    code: 'SMTP-005',
  },
  {
    what: 'a mail refused after its last dot',
    error: { code: 'EMESSAGE', command: 'DATA', responseCode: 554 },
    begun: true,
    code: 'SMTP-004',
  },
  {
    what: 'a full queue after the last dot',
    error: { code: 'EMESSAGE', command: 'DATA', responseCode: 452 },
    begun: true,
    code: 'SMTP-005',
  },
  {
    what: 'a session out of step',
    error: { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 503 },
    code: 'SMTP-005',
  },
  {
    what: 'a server that takes no mail today',
    error: { code: 'EPROTOCOL', command: 'CONN', responseCode: 554 },
    code: 'SMTP-001',
  },
  {
    what: 'a wrong password',
    error: { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 },
    code: 'SMTP-002',
  },
  {
    what: 'a directory that is away',
    error: { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 454 },
    code: 'SMTP-001',
  },
  {
    what: 'a server that is going down',
    error: { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 421 },
    code: 'SMTP-001',
  },
  {
    what: 'a server that goes down rather than take the mail',
    error: { code: 'EMESSAGE', command: 'DATA', responseCode: 421 },
    begun: true,
    code: 'SMTP-005',
  },
  {
    what: 'a login asked for where none was offered',
    error: { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 530 },
    code: 'SMTP-002',
  },
  { what: 'no credentials', error: { code: 'EAUTH', command: 'API' }, code: 'SMTP-002' },
  { what: 'no STARTTLS', error: { code: 'ETLS', command: 'STARTTLS', responseCode: 502 }, code: 'SMTP-003' },
  {
    what: 'an unknown authority',
    error: { code: 'ESOCKET', originalCode: 'SELF_SIGNED_CERT_IN_CHAIN', command: 'CONN' },
    code: 'SMTP-003',
  },
  {
    what: 'nobody there',
    error: { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' },
    code: 'SMTP-001',
  },
  { what: 'no such name', error: { code: 'EDNS', command: 'CONN' }, code: 'SMTP-001' },
  { what: 'a cut before the mail', error: { code: 'ECONNECTION', command: 'CONN' }, code: 'SMTP-001' },
  {
    what: 'a cut within the mail',
    error: { code: 'ECONNECTION', command: 'CONN' },
    begun: true,
    code: 'SMTP-006',
  },
  {
    what: 'silence after the mail',
    error: { code: 'ETIMEDOUT', command: 'CONN' },
    begun: true,
    code: 'SMTP-006',
  },
  {
    what: 'an address that cannot be written',
    error: { code: 'EENVELOPE', command: 'API' },
    code: 'SMTP-004',
  },
  {
    what: 'a mail over the announced size',
    error: { code: 'EMESSAGE', command: 'MAIL FROM' },
    code: 'SMTP-004',
  },
  {
    what: 'a reply that is none',
    error: { code: 'EENVELOPE', command: 'RCPT TO', response: 'what?' },
    code: 'SMTP-005',
  },
  {
    what: 'a final reply that is none',
    error: { code: 'EMESSAGE', command: 'DATA', response: 'what?' },
    begun: true,
    code: 'SMTP-006',
  },
  { what: 'something that is no error at all', error: {}, code: 'SMTP-001' },
];

describe('smtpFault', () => {
  it.each(cases)('$what is $code', ({ error, begun, code }) => {
    expect(smtpFault(error, begun ?? false).code).toBe(code);
  });

  it('carries the numbers of a reply and nothing of its text', () => {
    const fault = smtpFault(
      {
        code: 'EENVELOPE',
        command: 'RCPT TO',
        responseCode: 550,
        response: '550 5.1.1 <279035121518989@patient.mssante.fr>: User unknown',
      },
      false,
    );
    expect(fault.fields).toEqual({ reply: 550, enhanced: '5.1.1' });
    expect(JSON.stringify(fault.fault)).not.toContain('279035121518989');
  });
});
