import { describe, expect, it } from 'vitest';
import { SMTP_ERRORS, smtpErrorOf } from '../../../src/formats/hl7/smtp-error-codes.ts';

describe('smtpErrorOf', () => {
  it.each<[reply: string | undefined, status: string | undefined, code: string]>([
    ['550', undefined, '550'],
    ['552', '5.2.2', '552'],
    ['450', '4.2.1', '450'],
    [' 554 ', '5.7.1', '554'],
    // Not in the table: the status decides.
    ['571', '5.7.1', '541'],
    ['250', '2.0.0', '554'],
    [undefined, '5.1.1', '550'],
    [undefined, '5.1.2', '512'],
    [undefined, '4.1.2', '512'],
    [undefined, '5.1.3', '513'],
    [undefined, '5.1.0', '510'],
    [undefined, '5.1.8', '510'],
    [undefined, '5.1.10', '512'],
    [undefined, '4.2.2', '422'],
    [undefined, '5.2.2', '552'],
    [undefined, '5.2.1', '550'],
    [undefined, '5.2.3', '523'],
    [undefined, '5.3.4', '523'],
    [undefined, '4.3.1', '431'],
    [undefined, '4.3.2', '421'],
    [undefined, '5.3.2', '554'],
    [undefined, '4.4.1', '441'],
    [undefined, '5.4.1', '441'],
    [undefined, '4.4.2', '442'],
    [undefined, '4.4.3', '512'],
    [undefined, '5.4.4', '512'],
    [undefined, '4.4.7', '420'],
    [undefined, '5.4.7', '420'],
    [undefined, '5.5.1', '503'],
    [undefined, '5.7.1', '541'],
    [undefined, '5.7.26', '541'],
    [undefined, '5.7.8', '530'],
    [undefined, '4.7.1', '420'],
    [undefined, '4.0.0', '420'],
    [undefined, ' 5.0.0 ', '554'],
    [undefined, '5.6.1', '554'],
    [undefined, 'constructor', '554'],
    [undefined, '5', '554'],
    [undefined, '', '554'],
    [undefined, undefined, '554'],
  ])('%s %s is %s', (reply, status, code) => {
    expect(smtpErrorOf({ reply, status })).toEqual({ code, label: SMTP_ERRORS.get(code) });
  });

  it('gives no code that the table lacks', () => {
    for (const kind of [2, 4, 5, 6]) {
      for (let subject = 0; subject < 9; subject++) {
        for (let detail = 0; detail < 30; detail++) {
          const { code, label } = smtpErrorOf({ reply: undefined, status: `${kind}.${subject}.${detail}` });
          expect([SMTP_ERRORS.get(code), label.length > 0]).toEqual([label, true]);
        }
      }
    }
    expect(SMTP_ERRORS.size).toBe(30);
  });
});
