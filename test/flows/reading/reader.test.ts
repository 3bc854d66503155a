import { afterEach, expect, it } from 'vitest';
import { documentMail } from '../../../samples/kit/mail.ts';
import { createReader, type Reader } from '../../../src/flows/reading/reader.ts';
import { waitFor } from '../../kit/wait.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

let started: Reader;
afterEach(() => started.stop());

function letter(): Buffer {
  return documentMail({ subject: 'Horaires' });
}

function start(): Reader {
  started = createReader({ limits: LIMITS, deadlineMs: 20_000, memoryMb: 256, processes: 1 });
  return started;
}

it('says that a reading begins when the process is there for it, not while the mail waits', async () => {
  const reader = start();
  const begun: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = reader.read(letter(), async () => {
    begun.push('first');
    await gate.promise;
  });
  const second = reader.read(letter(), async () => void begun.push('second'));
  await waitFor(() => begun.length > 0);
  expect(begun).toEqual(['first']);
  gate.resolve();
  expect(await Promise.all([first, second])).toMatchObject([{ reading: {} }, { reading: {} }]);
  expect(begun).toEqual(['first', 'second']);
});

it('reads on after a beginning that could not be written down', async () => {
  const reader = start();
  const refused = reader.read(letter(), () => Promise.reject(new Error('the journal is busy')));
  await expect(refused).rejects.toThrow('the journal is busy');
  expect(await reader.read(letter())).toMatchObject({ reading: { kind: 'other' } });
});
