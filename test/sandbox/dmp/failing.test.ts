import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Dmp, type DmpBehaviour, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { post } from '../../kit/dmp-post.ts';
import { deleteRequest, lotRequest, queryRequest, swap } from '../../kit/dmp-request.ts';
import { answered, failure, SUCCESS } from './answered.ts';

const FIRST = '1.2.250.1.999.1.1.7.1';
const LOT = '1.2.250.1.999.1.1.8.1';
const lot = (changes: object = {}): ReturnType<typeof lotRequest> =>
  lotRequest({ documents: [FIRST], setUniqueId: LOT, ...changes });
const deletion = (): ReturnType<typeof deleteRequest> =>
  deleteRequest(['urn:uuid:00000000-0000-4000-8000-000000000000'], { setUniqueId: LOT });

let dmp: Dmp;

beforeEach(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});

afterEach(() => dmp.stop());

const cut = { code: 'ECONNRESET' };

it.each([
  ['cut-upload', false],
  ['drop-before', false],
  ['drop-after', true],
  ['half-answer', true],
] as const)('%s: the connection ends', async (behaviour, isDone) => {
  dmp.behave(behaviour, 1);
  await expect(post(dmp, lot())).rejects.toMatchObject(cut);
  expect(dmp.documents()).toHaveLength(isDone ? 1 : 0);
  expect(await answered(dmp, lot())).toEqual(
    isDone ? failure('XDSDuplicateUniqueIdInRegistry', /^uniqueId/) : SUCCESS,
  );
});

it.each([
  ['silent-before', 0],
  ['silent-after', 1],
] as const)('%s: no answer', async (behaviour, kept) => {
  let isAnswered = false;
  const begun = new Promise<void>(resolve => {
    dmp.behave(transaction => {
      if (transaction === 'query') return 'answer';
      resolve();
      return behaviour;
    });
  });
  const ended = post(dmp, lot()).finally(() => {
    isAnswered = true;
  });
  ended.catch(() => undefined); // looked at below
  await begun;
  if (kept === 1) await dmp.until('the lot', () => dmp.documents().length === 1);
  // A whole conversation meanwhile: time enough for an answer to come.
  expect(await answered(dmp, queryRequest([FIRST]))).toEqual(SUCCESS);
  expect(isAnswered).toBe(false);
  expect(dmp.documents()).toHaveLength(kept);
  await dmp.stop();
  await expect(ended).rejects.toMatchObject(cut);
});

it.each<[string, DmpBehaviour, number, RegExp, number]>([
  ['a page', { http: 503 }, 503, /^<html>/, 0],
  ['a page', { http: 500 }, 500, /^<html>/, 0],
  ['a page of a proxy that did not wait', { http: 504, isDone: true }, 504, /^<html>/, 1],
  ['no XML', 'not-xml', 200, /^<html>/, 1],
  [
    'a Fault',
    { fault: 'DMPInvalidCertificate', reason: 'a < b' },
    500,
    /<soap:Value>soap:Sender<.*<soap:Value>soap:DMPInvalidCertificate<.*a &#60; b</,
    0,
  ],
  [
    'a Fault of the DMP',
    { fault: '', of: 'Receiver' },
    500,
    /<soap:Code><soap:Value>soap:Receiver<\/soap:Value><\/soap:Code>/,
    0,
  ],
  [
    'a failure',
    { failure: 'XDSRegistryBusy', context: 'plus tard' },
    200,
    /Failure".*errorCode="XDSRegistryBusy" codeContext="plus tard" severity="[^"]*:Error"/,
    0,
  ],
  [
    'a warning',
    { warning: 'XDSExtraMetadataNotSaved' },
    200,
    /Success".*errorCode="XDSExtraMetadataNotSaved".*:Warning"/,
    1,
  ],
])('%s %j', async (_, behaviour, status, text, kept) => {
  dmp.behave(behaviour, 1);
  expect(await post(dmp, lot())).toMatchObject({ status, text: expect.stringMatching(text) });
  expect(dmp.documents()).toHaveLength(kept);
  expect(dmp.submissions()).toHaveLength(kept);
  expect((await answered(dmp, lot())).outcome).toBe(kept === 1 ? 'Failure' : 'Success');
});

it.each([
  'DMPClosed',
  'XDSUnknownPatientId',
  'UnresolvedReferenceException',
  'XDSDuplicateUniqueIdInRegistry',
])('a failure may be %s, of whatever transaction', async code => {
  dmp.behave({ failure: code });
  for (const request of [lot(), queryRequest([FIRST]), deletion()])
    expect(await answered(dmp, request)).toMatchObject({ outcome: 'Failure', codes: [code] });
  expect(dmp.documents()).toEqual([]);
});

it('a page may say when to come again', async () => {
  dmp.behave({ http: 503, retryAfter: 120 });
  expect(await post(dmp, lot())).toMatchObject({ status: 503, headers: { 'retry-after': '120' } });
});

it('as often as told, for the transaction that is meant', async () => {
  dmp.behave(transaction => (transaction === 'submit' ? { failure: 'XDSRegistryBusy' } : 'answer'), 2);
  expect(await answered(dmp, queryRequest([FIRST]))).toEqual(SUCCESS);
  for (const outcome of ['Failure', 'Failure', 'Success'])
    expect(await answered(dmp, lot())).toMatchObject({ outcome });
  expect(dmp.faults()).toMatchObject([{ isScripted: true }, { isScripted: true }]);
  expect(dmp.requests()).toHaveLength(4);
});

it('a request that is wrong fails by what is wrong with it', async () => {
  dmp.behave({ failure: 'XDSRegistryBusy' });
  expect(await answered(dmp, lot({ metadata: swap('submissionTime', 'x') }))).toEqual(
    failure('XDSRepositoryMetadataError', /submissionTime/),
  );
});

it('stopped and started again, it has what it had', async () => {
  await post(dmp, lot());
  await dmp.stop();
  await expect(post(dmp, queryRequest([FIRST]))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await dmp.restart();
  expect((await post(dmp, queryRequest([FIRST]))).text).toContain(dmp.documents()[0]?.entryUuid);
});
