import { describe, expect, it } from 'vitest';
import { readObjectRefs } from '../../../src/formats/xds/registry-answer.ts';
import {
  SUCCESS,
  FAILURE,
  PARTIAL,
  ENTRY,
  OTHER,
  enveloped,
  response,
  problem,
  query,
  refs,
  error,
} from './answers.ts';

describe('readObjectRefs', () => {
  it.each<[string, string, object]>([
    ['a document that is known', query(SUCCESS, refs(ENTRY)), { kind: 'found', entryUuids: [ENTRY] }],
    ['one that is not', query(SUCCESS, refs()), { kind: 'found', entryUuids: [] }],
    [
      'several entries, each once',
      query(SUCCESS, refs(ENTRY, OTHER, ENTRY)),
      { kind: 'found', entryUuids: [ENTRY, OTHER] },
    ],
    ['an id that is no UUID', query(SUCCESS, refs('Document01')), { kind: 'unreadable', because: 'content' }],
    [
      'an id with something behind it',
      query(SUCCESS, refs(`${ENTRY}&quot;/>`)),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'one good id beside a wrong one',
      query(SUCCESS, refs(ENTRY, '')),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'something else than references',
      query(SUCCESS, `<rim:RegistryObjectList><rim:ExtrinsicObject id="${ENTRY}"/></rim:RegistryObjectList>`),
      { kind: 'unreadable', because: 'content' },
    ],
    ['no list', query(SUCCESS, ''), { kind: 'unreadable', because: 'content' }],
    ['an answer to a submission', response(SUCCESS), { kind: 'unreadable', because: 'content' }],
    [
      'a failure',
      query(FAILURE, `<rs:RegistryErrorList>${problem('XDSRegistryBusy')}</rs:RegistryErrorList>${refs()}`),
      { kind: 'failure', partial: false, error: error('XDSRegistryBusy') },
    ],
    [
      'a failure with references all the same',
      query(PARTIAL, `<rs:RegistryErrorList>${problem('X')}</rs:RegistryErrorList>${refs(ENTRY)}`),
      { kind: 'failure', partial: true },
    ],
    [
      'a failure of the registry itself',
      response(FAILURE, problem('XDSRegistryError')),
      { kind: 'failure', error: error('XDSRegistryError') },
    ],
    ['a fault', '<S:Fault/>', { kind: 'fault' }],
  ])('%s', (_, content, expected) => {
    expect(readObjectRefs(enveloped(content), 'urn:uuid:1')).toMatchObject(expected);
  });
});
