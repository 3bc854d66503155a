import { describe, expect, it } from 'vitest';
import { mainServiceOf } from '../../../src/formats/cda/main-service.ts';
import type { ServiceEvent } from '../../../src/formats/cda/types.ts';

const act = (start: string | undefined): ServiceEvent => ({
  code: undefined,
  translations: [],
  start,
  end: '20261130',
  practiceSetting: undefined,
});

describe('mainServiceOf', () => {
  it.each<[string, readonly (string | undefined)[], number]>([
    ['the first', ['20261101', '20261001'], 0],
    ['not one without a start', [undefined, '20261101'], 1],
    ['not one whose start is no time', ['le 3 mars', '20260231', '20261101093000+0100'], 2],
    ['a year is a start', ['2026', '20261101'], 0],
    ['none', ['x', undefined], -1],
    ['no act', [], -1],
  ])('%s', (_, starts, place) => {
    const services = starts.map(act);
    expect(mainServiceOf({ services })).toBe(services[place]);
  });
});
