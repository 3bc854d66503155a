import { afterEach, expect, it } from 'vitest';
import { documentMail } from '../../../samples/kit/mail.ts';
import { createReader, type Reader } from '../../../src/flows/reading/reader.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

/** A mail that takes its process down costs that process, and the next mail gets another (docs/design.md §4, invariant 7). */

let reader: Reader;
afterEach(() => reader.stop());

it('survives a mail that uses up the process’s memory', async () => {
  reader = createReader({ limits: LIMITS, deadlineMs: 25_000, memoryMb: 32, processes: 1 });
  // Almost as many lines as are read, each a string of its own to whoever splits them.
  const heavy = documentMail({ text: 'x\n'.repeat(3_900_000) });
  expect(await reader.read(heavy)).toEqual({ unfinished: 'crashed' });
  expect(await reader.read(documentMail({ subject: 'Horaires' }))).toMatchObject({
    reading: { kind: 'other' },
  });
});

it('ends a process that is not done in time, and says so of every mail that waited for it', async () => {
  reader = createReader({ limits: LIMITS, deadlineMs: 1, memoryMb: 256, processes: 1 });
  const results = await Promise.all([1, 2, 3].map(() => reader.read(documentMail())));
  expect(results.map(result => 'unfinished' in result)).toEqual([true, true, true]);
});

it('has no more processes than it may, and reads what waits in turn', async () => {
  reader = createReader({ limits: LIMITS, deadlineMs: 25_000, memoryMb: 256, processes: 2 });
  const subjects = Array.from({ length: 12 }, (_, place) => `Horaires ${place}`);
  const results = await Promise.all(subjects.map(subject => reader.read(documentMail({ subject }))));
  expect(results.map(result => ('reading' in result ? result.reading.outer.subject : undefined))).toEqual(
    subjects,
  );
});

it('blames no mail when no process can be started, and reads on when one can', async () => {
  reader = createReader({ limits: LIMITS, deadlineMs: 25_000, memoryMb: 256, processes: 1 });
  const { execPath } = process;
  const begun: string[] = [];
  for (const missing of ['/nonexistent/node', '/etc/passwd', '/etc/passwd/node']) {
    process.execPath = missing;
    const reads = [1, 2, 3].map(() => reader.read(documentMail(), async () => void begun.push(missing)));
    const results = await Promise.allSettled(reads);
    process.execPath = execPath;
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'GEN-002' } });
  }
  expect(begun).toEqual([]);
  expect(await reader.read(documentMail({ subject: 'Horaires' }))).toMatchObject({
    reading: { kind: 'other' },
  });
});

it('starts nothing once it is stopped, and leaves no mail without an answer', async () => {
  reader = createReader({ limits: LIMITS, deadlineMs: 25_000, memoryMb: 256, processes: 2 });
  const reads = [1, 2, 3, 4, 5, 6].map(() => reader.read(documentMail()));
  await reader.stop();
  for (const result of await Promise.allSettled(reads)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'GEN-002' } });
  }
  await expect(reader.read(documentMail())).rejects.toMatchObject({ code: 'GEN-002' });
});
