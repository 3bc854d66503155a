import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../samples/kit/cda.ts';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import type { RequestDocument } from '../../src/formats/hl7/request-types.ts';
import { readXdm } from '../../src/formats/xdm/read-xdm.ts';
import { updateDocumentSet } from '../../src/formats/xds/delete-document.ts';
import { getDocuments } from '../../src/formats/xds/find-document.ts';
import type { Deposit } from '../../src/formats/xds/publication.ts';
import { provideAndRegister } from '../../src/formats/xds/submit-objects.ts';
import { deletion, deposit } from '../formats/xds/publication-kit.ts';
import { LIMITS } from '../kit/archive-limits.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const canCheck = hasShared('xsd/ebrim') && spawnSync('xmllint', ['--version']).status === 0;
const hasCorpus = hasShared('corpus/xdm') && hasShared('corpus/hl7/request-v2.1');
const ENTRY = `urn:uuid:${randomUUID()}`;

const requested = (bytes: Uint8Array): RequestDocument => ({ bytes, header: readCdaHeader(bytes) });

/** A body of TD2.1 with the parts in it, as the schema has them: `xop:Include` is their place on the way. */
function withParts(publication: Deposit, documents: readonly RequestDocument[]): string {
  const replaced = new Map(publication.documents.map(({ replaces = '' }) => [replaces, ENTRY]));
  const { body, parts } = provideAndRegister(publication, { replaced });
  const bytesOf = new Map(
    parts.map(({ cid, document }) => [
      cid,
      document === 'signature'
        ? Buffer.from(publication.signature.xml)
        : Buffer.from(documents[document]?.bytes ?? []),
    ]),
  );
  return body.replaceAll(/<xop:Include [^>]*href="cid:([^"]+)"\/>/g, (_, cid: string) => {
    const bytes = bytesOf.get(cid);
    if (bytes === undefined || bytes.length === 0) throw new Error('a part is missing');
    return bytes.toString('base64');
  });
}

/** Names and codes that are as long, or as strange, as a document may have them. */
function hostile(): RequestDocument {
  const document = requested(cdaDocument(cdaSample()));
  const [author] = document.header.authors;
  if (author === undefined) throw new Error('no author');
  const long = '^&~|\\<>"é😀'.repeat(60);
  const authors = [{ ...author, family: long, given: long, role: long }];
  const parts = [{ value: long, qualifier: 'BR' }];
  const patient = { ...document.header.patient, families: parts, givens: parts };
  return { ...document, header: { ...document.header, title: long, authors, patient } };
}

describe.skipIf(!canCheck)('what is sent to the DMP, to its published schemas', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pfi-xds-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** The faults that xmllint finds in texts; '' where they are valid. */
  function faultsOf(schema: string, bodies: readonly string[]): string {
    const files = bodies.map((body, place) => {
      const file = join(directory, `${place}.xml`);
      writeFileSync(file, body);
      return file;
    });
    const options = ['--noout', '--huge', '--schema', join(SHARED, 'xsd/ebrim', schema), ...files];
    const { status, stderr } = spawnSync('xmllint', options, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const faults = stderr.split('\n').filter(line => line !== '' && !line.endsWith(' validates'));
    expect(status === 0).toBe(faults.length === 0);
    return faults.join('\n');
  }

  const documents = [
    requested(cdaDocument(cdaSample({ replaces: { root: '1.2.4.1' } }))),
    requested(cdaDocument(cdaSample({ id: { root: '1.2.3' }, level: 1, replaces: { root: '1.2.4.2' } }))),
  ];
  const restrictions = { masquePs: true, invisiblePatient: true, invisibleRepLegaux: true };

  it('TD2.1 is valid: one document, two, replacements, all that hides, hostile names', () => {
    const bodies = [
      documents.slice(0, 1),
      documents,
      [requested(cdaDocument(cdaSample({ selfPresenting: true })))],
      [hostile()],
    ].map(each => withParts(deposit({ documents: each, restrictions }), each));
    const replacing = withParts(deposit({ documents, restrictions, action: 'replace' }), documents);
    expect(faultsOf('IHE/IHEXDSB.xsd', [...bodies, replacing])).toBe('');
  });

  it('TD3.3c is valid, and so is TD3.1b', () => {
    const publication = deletion({ documents });
    const bodies = publication.documents.map(document => updateDocumentSet(publication, document, ENTRY));
    expect(faultsOf('ebRS30/lcm.xsd', bodies)).toBe('');
    expect(faultsOf('ebRS30/query.xsd', [getDocuments('1.2.250.1.999.1')])).toBe('');
  });

  it('the checker sees a fault', () => {
    const body = withParts(deposit({ documents: documents.slice(0, 1) }), documents);
    const wrong = body.replace(/ classifiedObject="[^"]*"/, '');
    expect(faultsOf('IHE/IHEXDSB.xsd', [wrong])).toContain('classifiedObject');
  });

  describe.skipIf(!hasCorpus)('of the official documents', () => {
    const official: RequestDocument[] = [];
    beforeAll(() => {
      const corpus = join(SHARED, 'corpus');
      for (const name of readdirSync(join(corpus, 'xdm')).filter(each => each.endsWith('.zip'))) {
        const [document] = readXdm(readFileSync(join(corpus, 'xdm', name)), LIMITS).documents;
        if (document?.bytes !== undefined) official.push(requested(document.bytes));
      }
      for (const path of globSync('hl7/request-v2.1/*/*.{xml,XML}', { cwd: corpus })) {
        official.push(requested(readFileSync(join(corpus, path))));
      }
    });

    it('each can be deposited, by a valid TD2.1', () => {
      expect(official).toHaveLength(79);
      const bodies = official.map(document => withParts(deposit({ documents: [document] }), [document]));
      expect(faultsOf('IHE/IHEXDSB.xsd', bodies)).toBe('');
    }, 30_000);
  });
});
