import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge, render } from '../../src/cli/status-verdict.ts';
import type { Gateway } from '../../src/gateway/gateway.ts';
import type { LogLine } from './collected-log.ts';

/** Where a gateway's words are heard: of a world or a laboratory. */
export interface Heard {
  readonly folder: string;
  gateway(): Gateway;
  log(): readonly LogLine[];
  logText(): string;
  stopGateway(): Promise<void>;
}

/** What must stand nowhere. */
export interface Canary {
  /** In what the gateway says, and in the faults, last errors and events that its journal keeps. */
  readonly revealing: RegExp;
  /** In the journal's files, whatever the case. */
  readonly atRest: RegExp;
}

/** Looks for canaries in all that a gateway says and keeps, once they have been put through it; then stops it. */
export function testsThatNothingIsTold(heard: () => Heard, { revealing, atRest }: Canary): void {
  const found = (lines: readonly string[]): string[] => lines.filter(line => revealing.test(line));

  test('in any log line', () => {
    expect(heard().log().length).toBeGreaterThan(100);
    expect(found(heard().logText().split('\n'))).toEqual([]);
  });

  test.each(['/metrics', '/status.json', '/livez', '/readyz'])('in %s', async path => {
    const answer = await fetch(`http://127.0.0.1:${heard().gateway().adminPort}${path}`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(found(text.split('\n'))).toEqual([]);
  });

  test('in what `pfi status` prints', async () => {
    const status = await heard().gateway().status();
    const limits = { silence: 900_000, age: 1_800_000 };
    const text = render(status, judge(status, limits, new Date()), limits);
    expect(text).toContain('PFI ');
    expect(found(text.split('\n'))).toEqual([]);
  });

  test('in the faults, last errors and events that the journal keeps', async () => {
    const { journal } = heard().gateway();
    const kept: string[] = [];
    for (const { id } of await journal.list({ limit: 1_000 })) {
      const view = await journal.exchange(id);
      if (view === undefined) continue;
      const { exchange, deliveries, events } = view;
      kept.push(JSON.stringify(exchange.fault) ?? '', ...events.map(event => JSON.stringify(event)));
      kept.push(...deliveries.map(({ hold, lastError }) => JSON.stringify([hold, lastError])));
    }
    expect(kept.length).toBeGreaterThan(100);
    expect(found(kept)).toEqual([]);
  });

  test('readable in the journal’s files', async () => {
    await heard().stopGateway();
    const files = readdirSync(heard().folder).filter(name => name.startsWith('journal.db'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const text = readFileSync(join(heard().folder, name)).toString('latin1');
      const hits = [...text.matchAll(new RegExp(`[ -~]{0,60}(?:${atRest.source})`, 'gi'))];
      expect(hits.map(([hit]) => hit)).toEqual([]);
    }
  });
}
