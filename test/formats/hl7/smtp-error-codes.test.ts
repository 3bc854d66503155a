import { describe, expect, it } from 'vitest';
import { SMTP_ERRORS, smtpErrorOf } from '../../../src/formats/hl7/smtp-error-codes.ts';

describe('smtpErrorOf', () => {
  it.each<[reply: string | undefined, status: string | undefined, code: string]>([
    ['550', undefined, '550'],
    ['552', '5.2.2', '552'],
    ['450', '4.2.1', '450'],
    [' 554 ', '5.7.1', '554'],
    // The status is more exact: a mail that is too big, a full mailbox, nobody of that name, no such domain.
    ['552', '5.3.4', '523'],
    ['552', '5.2.3', '523'],
    ['552', ' 5.3.4 ', '523'],
    ['554', '5.3.4', '523'],
    ['550', '5.3.4', '523'],
    ['452', '4.3.4', '523'],
    ['451', '4.2.3', '523'],
    ['452', '4.2.2', '422'],
    ['450', '4.2.2', '422'],
    ['451', '4.2.2', '422'],
    ['550', '5.2.2', '552'],
    ['554', '5.2.2', '552'],
    ['554', '5.1.1', '550'],
    ['551', '5.1.1', '550'],
    ['550', '5.1.1', '550'],
    ['550', '5.1.2', '512'],
    ['450', '4.1.2', '512'],
    ['556', '5.1.10', '512'],
    ['550', '5.1.10', '512'],
    // It lays the fault elsewhere than the reply's words, which blame the mailbox: rules, the other system.
    ['550', '5.7.1', '541'],
    ['550', '5.7.26', '541'],
    ['552', '5.7.0', '541'],
    ['553', '5.7.1', '541'],
    ['552', '5.3.1', '431'],
    ['550', '5.7.8', '530'],
    // It says no more than the reply, or less, or something else again.
    ['552', undefined, '552'],
    ['552', '5.0.0', '552'],
    ['552', '5.2.0', '552'],
    ['552', '5.3.0', '552'],
    ['550', '5.0.0', '550'],
    ['550', '5.3.2', '550'],
    ['550', '5.4.1', '550'],
    ['550', '5.2.1', '550'],
    ['553', '5.1.3', '553'],
    ['554', '5.4.6', '554'],
    ['554', '5.0.0', '554'],
    ['450', '4.7.1', '450'],
    ['451', '4.7.1', '451'],
    ['452', '4.3.1', '452'],
    ['452', '4.5.3', '452'],
    ['421', '4.4.2', '421'],
    ['421', '4.7.0', '421'],
    ['530', '5.7.0', '530'],
    ['530', '5.7.1', '530'],
    ['551', '5.7.1', '551'],
    ['501', '5.5.2', '501'],
    ['502', '5.5.1', '502'],
    ['550', 'constructor', '550'],
    ['550', '5', '550'],
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
    for (const reply of [undefined, '550', '552']) {
      for (const kind of [2, 4, 5, 6]) {
        for (let subject = 0; subject < 9; subject++) {
          for (let detail = 0; detail < 30; detail++) {
            const { code, label } = smtpErrorOf({ reply, status: `${kind}.${subject}.${detail}` });
            expect([SMTP_ERRORS.get(code), label.length > 0]).toEqual([label, true]);
          }
        }
      }
    }
    expect(SMTP_ERRORS.size).toBe(30);
  });
});
