import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { settleOverdueReports } from '../../src/flows/report-overdue.ts';
import { reportOn } from '../kit/receipts.ts';
import { bringSentRequest, CREATOR, type PlannedRequest } from '../kit/requests.ts';
import { useBed } from '../kit/use-bed.ts';

const bed = useBed();

/** Reports that are overdue, one after the other. */
async function overdue(count: number, facts: string): Promise<PlannedRequest[]> {
  const planned: PlannedRequest[] = [];
  for (let each = 0; each < count; each += 1) {
    bed().clock.advance(1);
    planned.push(await bringSentRequest(bed(), { facts }, { reportBy: bed().clock.at() }));
  }
  return planned;
}

/** One beat's turn. @returns the targets that it wakes, and what it logs */
async function beat(): Promise<{ woken: readonly string[]; log: readonly unknown[] }> {
  const log: unknown[] = [];
  const stream = new Writable({
    write(line: Buffer, _, done) {
      log.push(JSON.parse(line.toString()));
      done();
    },
  });
  return { woken: await settleOverdueReports({ ...bed(), log: pino(stream) }), log };
}

/** In what states the reports on some requests are, each once. */
async function states(requests: readonly PlannedRequest[]): Promise<string[]> {
  const reports = await Promise.all(requests.map(planned => reportOn(bed(), planned)));
  return [
    ...new Set(reports.map(({ state, hold }) => (hold === undefined ? state : `${state} ${hold.code}`))),
  ];
}

const UNASKED = JSON.stringify({ head: {}, ackReception: false, ackReading: false });
const BROKEN = '{"head":{},"ackReception":true';

describe('reports that are overdue', () => {
  it('are settled a hundred at a time, the longest overdue first', async () => {
    const requests = await overdue(130, UNASKED);
    expect((await beat()).woken).toEqual(Array.from({ length: 100 }, () => CREATOR));
    expect(await states(requests.slice(0, 100))).toEqual(['held OUT-003']);
    expect(await states(requests.slice(100))).toEqual(['expected']);
    expect((await beat()).woken).toHaveLength(30);
    expect(await states(requests)).toEqual(['held OUT-003']);
    expect(await beat()).toEqual({ woken: [], log: [] });
  });

  it.each([1, 100, 350])('are settled in one beat behind %s that cannot be', async count => {
    const broken = await overdue(count, BROKEN);
    const requests = await overdue(3, UNASKED);
    const { woken, log } = await beat();
    expect(await states(requests)).toEqual(['held OUT-003']);
    expect(woken).toEqual([CREATOR, CREATOR, CREATOR]);
    // Told in one line, however many they are, and tried again at the next beat.
    expect(log).toEqual([
      expect.objectContaining({ msg: 'overdue reports not settled yet', reports: count, code: 'GEN-001' }),
    ]);
    expect(await states(broken)).toEqual(['expected']);
    expect((await beat()).log).toHaveLength(1);
  });
});
