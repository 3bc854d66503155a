import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hl7Time } from '../../../src/formats/hl7/time.ts';
import { utcStamp, utcTime } from '../../../src/formats/xdm/utc-time.ts';

describe('utcTime', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['an offset', '20240104160527+0100', '20240104150527'],
    ['an offset to the west', '20240104230527-0400', '20240105030527'],
    ['an offset of half an hour', '20240104160527+0530', '20240104103527'],
    ['an offset with a colon', '20240104160527+01:00', '20240104150527'],
    ['an offset of hours alone', '20240104160527+01', '20240104150527'],
    ['Z', '20240104160527Z', '20240104160527'],
    ['no offset, in winter', '20240104160527', '20240104150527'],
    ['no offset, in summer', '20240704160527', '20240704140527'],
    ['the day before, no offset', '20240101003000', '20231231233000'],
    ['the hour that spring leaves out', '20240331023000', '20240331013000'],
    ['the hour that autumn repeats', '20241027023000', '20241027013000'],
    ['the end of the repeated hour', '20241027030000', '20241027020000'],
    ['fractions', '20240104160527.1234+0100', '20240104150527'],
    ['fractions, no offset', '20240104160527.9', '20240104150527'],
    ['minutes', '202401041605+0100', '202401041505'],
    ['minutes, no offset', '202401041605', '202401041505'],
    ['an hour', '2024010416+0100', '2024010415'],
    ['an hour, an offset of half an hour', '2024010416+0530', '202401041030'],
    ['a day', '20240104', '20240104'],
    ['a day with an offset', '20240104+0100', '20240104'],
    ['a month', '202401', '202401'],
    ['a year', '2024', '2024'],
    ['a leap day', '20240229120000+0000', '20240229120000'],
    ['no leap day', '20230229120000+0100', undefined],
    ['month 13', '20241301', undefined],
    ['hour 24', '2024010424', undefined],
    ['minute 60', '202401041660+0100', undefined],
    ['second 60', '20240104160560+0100', undefined],
    ['an offset of 15 hours', '20240104160527+1500', undefined],
    ['an offset of 99 minutes', '20240104160527+0199', undefined],
    ['an odd number of digits', '2024010', undefined],
    ['fractions of minutes', '202401041605.5+0100', undefined],
    ['the year 1', '00010101', undefined],
    ['a date of ISO 8601', '2024-01-04', undefined],
    ['an offset alone', '+0100', undefined],
    ['blanks', ' ', undefined],
    ['nothing', undefined, undefined],
  ])('%s', (_, value, expected) => {
    expect(utcTime(value)).toBe(expected);
  });

  const instants = fc.date({ min: new Date('1920-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

  it('undoes what an HL7 time in France is made with', () => {
    fc.assert(
      fc.property(instants, instant => {
        fc.pre(/[+-]\d{4}$/.test(hl7Time(instant)));
        expect(utcTime(hl7Time(instant))).toBe(utcStamp(instant));
      }),
    );
  });

  it('reads a time without offset as clocks in France show it', () => {
    fc.assert(
      fc.property(instants, instant => {
        const shown = hl7Time(instant).slice(0, 14);
        const other = hl7Time(new Date(instant.getTime() + 3_600_000)).slice(0, 14);
        fc.pre(shown !== other);
        expect(utcTime(shown)).toBe(utcStamp(instant));
      }),
    );
  });
});
