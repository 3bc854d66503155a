import { describe, expect, it } from 'vitest';
import {
  parseAddresses,
  parseReturnPath,
  parseTypedAddress,
  sameAddress,
} from '../../../src/formats/mail/addresses.ts';
import { parseHeaderBlock } from '../../../src/formats/mail/header-block.ts';
import { readHead } from '../../../src/formats/mail/mail-head.ts';

const head = (...lines: string[]) => readHead(parseHeaderBlock(Buffer.from(lines.join('\r\n'))));

describe('parseAddresses', () => {
  it.each([
    ['labo@x.mssante.fr', [{ address: 'labo@x.mssante.fr', name: undefined }]],
    ['Labo X <Labo@X.mssante.fr>', [{ address: 'Labo@X.mssante.fr', name: 'Labo X' }]],
    [
      '"Martin, Luc" <a@b.fr>, c@d.fr',
      [
        { address: 'a@b.fr', name: 'Martin, Luc' },
        { address: 'c@d.fr', name: undefined },
      ],
    ],
    ['=?utf-8?Q?H=C3=B4pital=2C_A?= <a@b.fr>', [{ address: 'a@b.fr', name: 'Hôpital, A' }]],
    ['rfc822;a@b.fr', [{ address: 'a@b.fr', name: undefined }]],
    ['rfc822; a@b.fr', [{ address: 'a@b.fr', name: undefined }]],
    [
      'Groupe: a@b.fr, c@d.fr;',
      [
        { address: 'a@b.fr', name: undefined },
        { address: 'c@d.fr', name: undefined },
      ],
    ],
    ['undisclosed-recipients:;', []],
    ['lаbo@x.fr', []], // the second letter is Cyrillic
    ['=?utf-8?Q?mechant=40ailleurs.fr?=', []],
    ['=?utf-8?Q?a=40b.fr?= <>', []],
    ['', []],
  ])('%s', (value, expected) => {
    expect(parseAddresses(value)).toEqual(expected);
  });

  it.each(['a@b.fr,', '<', '(', 'g:a@b.fr;', '"', '@', ' '])('is bounded on 256 KB of %j', unit => {
    const started = performance.now();
    expect(parseAddresses(unit.repeat(Math.floor(262_144 / unit.length))).length).toBeLessThanOrEqual(1000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('parseReturnPath', () => {
  it.each([
    [undefined, undefined],
    ['<>', ''],
    ['< >', ''],
    ['', ''],
    ['<> (null)', ''],
    ['<MAILER-DAEMON>', ''],
    ['<labo@x.fr>', 'labo@x.fr'],
    ['labo@x.fr', 'labo@x.fr'],
    ['<not an address>', undefined],
  ])('%j is %j', (value, expected) => {
    expect(parseReturnPath(value)).toBe(expected);
  });

  it('is linear on blanks', () => {
    const started = performance.now();
    parseReturnPath(`<${' '.repeat(250_000)}x`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('readHead', () => {
  it.each([
    [['Disposition-Notification-To: a@b.fr'], ['a@b.fr']],
    [['Disposition-Notification-To: Service A <a@b.fr>'], ['a@b.fr']],
    [['Disposition-Notification-To: =?utf-8?Q?=C3=A9?= <a@b.fr>'], ['a@b.fr']],
    [['Disposition-Notification-To: a@b.fr, c@d.fr'], ['a@b.fr', 'c@d.fr']],
    [
      ['Disposition-Notification-To: a@b.fr', 'disposition-notification-to: <c@d.fr>'],
      ['a@b.fr', 'c@d.fr'],
    ],
    [['Disposition-Notification-To:'], []],
    [[], []],
  ])('reads Disposition-Notification-To: %j', (lines, expected) => {
    expect(head(...lines).dispositionNotificationTo.map(each => each.address)).toEqual(expected);
  });

  it.each([
    ['Message-ID: <a@b.fr>', '<a@b.fr>'],
    ['Message-Id: a@b.fr', '<a@b.fr>'],
    ['Message-ID: <199509192301.23456 >', '<199509192301.23456>'],
    ['Message-ID: <a@b.fr> (added by postmaster@x.fr)', '<a@b.fr>'],
    ['Message-ID: ', undefined],
    ['Message-ID: <>', undefined],
    [`Message-ID: <${'x'.repeat(950)}@b.fr>`, undefined],
    ['X: y', undefined],
  ])('reads the Message-ID of %j', (line, expected) => {
    expect(head(line).messageId).toBe(expected);
  });

  it.each([
    ['Auto-Submitted: auto-generated', true],
    ['Auto-Submitted: auto-replied (vacation)', true],
    ['Auto-Submitted:', false],
    ['Auto-Submitted: no', false],
    ['Auto-Submitted: NO; x=y', false],
    ['Precedence: bulk', true],
    ['Precedence: first-class', false],
    ['X-Auto-Response-Suppress: All', true],
    ['X-Auto-Response-Suppress: DR, OOF, AutoReply', true],
    ['X-Auto-Response-Suppress: OOF', false],
    ['Subject: x', false],
  ])('tells a machine by %j', (line, automatic) => {
    expect(head(line).automatic).toBe(automatic);
  });

  it('reads the rest', () => {
    const read = head(
      'From: =?utf-8?Q?H=C3=B4pital?= <h@x.fr>',
      'To: a@x.fr',
      'To: b@x.fr',
      'Cc: c@x.fr',
      'Reply-To: r@x.fr',
      'Date: Wed, 20 Feb 2024 00:19:00 (EDT) -0400',
      'Original-Recipient: rfc822;o@x.fr',
      'Delivered-To: d@x.fr',
      'In-Reply-To: <1@x.fr>',
      'References: <0@x.fr>',
      ' <1@x.fr>',
    );
    expect(read.from).toEqual({ address: 'h@x.fr', name: 'Hôpital' });
    expect(read.to.map(each => each.address)).toEqual(['a@x.fr', 'b@x.fr']);
    expect(read.cc.map(each => each.address)).toEqual(['c@x.fr']);
    expect(read.replyTo.map(each => each.address)).toEqual(['r@x.fr']);
    expect(read.date?.toISOString()).toBe('2024-02-20T04:19:00.000Z');
    expect(read.originalRecipient).toBe('o@x.fr');
    expect(read.deliveredTo).toBe('d@x.fr');
    expect(read.references).toEqual(['<1@x.fr>', '<0@x.fr>']);
  });
});

it.each([
  ['RFC822 ; a@b.fr', 'a@b.fr'],
  ['rfc822;"Martin, Luc" <a@b.fr>', 'a@b.fr'],
  ['utf-8; a@b.fr', 'a@b.fr'],
  ['utf-8; é@b.fr', undefined],
  ['a@b.fr', 'a@b.fr'],
  ['rfc822;', undefined],
  [undefined, undefined],
])('parseTypedAddress takes the address type off %j', (value, address) => {
  expect(parseTypedAddress(value)).toBe(address);
});

it('sameAddress compares without case', () => {
  expect(sameAddress('A@B.fr', 'a@b.FR')).toBe(true);
  expect(sameAddress('a@b.fr', 'c@b.fr')).toBe(false);
});
