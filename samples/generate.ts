import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withTrace } from '../src/sandbox/operator.ts';
import { BAL, LABORATORY } from './actors.ts';
import { BAD_ARCHIVES, BAD_MAILS } from './bad-input.ts';
import * as documents from './documents.ts';
import { CALLS } from './fhir/calls.ts';
import { xdmArchive } from './kit/archive.ts';
import { cdaDocument, cdaSample } from './kit/cda.ts';
import { sampleMessages } from './messages.ts';
import { REQUESTS } from './requests.ts';
import { SCENARIOS } from './scenarios.ts';

/** Where `npm run samples` writes. */
export const DATA = join(import.meta.dirname, 'data');

/** Every sample file: its path under `samples/data`, and its bytes. The same at every run. */
export async function sampleFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { name, from, build } of SCENARIOS) {
    files.set(`mails/${name}.eml`, withTrace(await build(), from, BAL));
  }
  for (const { name, build } of BAD_MAILS) {
    files.set(`bad-mails/${name}.eml`, withTrace(await build(), LABORATORY, BAL));
  }
  for (const { name, build } of BAD_ARCHIVES) files.set(`bad-archives/${name}.zip`, await build());
  files.set('archives/un-document.zip', await xdmArchive({ documents: [{ sample: documents.added }] }));
  files.set(
    'archives/remplacement.zip',
    await xdmArchive({ documents: [{ sample: documents.replacement, action: 'C' }] }),
  );
  for (const [name, bytes] of sampleDocuments()) files.set(`documents/${name}.xml`, bytes);
  for (const [name, bytes] of sampleMessages()) files.set(`messages/${name}.hl7`, bytes);
  for (const { name, build } of REQUESTS) files.set(`requests/${name}.hl7`, build());
  for (const { name, body } of CALLS) {
    if (body !== undefined)
      files.set(`fhir/${name}.json`, Buffer.from(`${JSON.stringify(body, undefined, 2)}\n`));
  }
  return files;
}

function sampleDocuments(): [string, Uint8Array][] {
  return [
    ['niveau-3', cdaDocument(documents.added)],
    ['niveau-1-pdf', cdaDocument(documents.pdfReport)],
    ['version-2', cdaDocument(documents.replacement)],
    ['auto-presentable', cdaDocument(cdaSample({ selfPresenting: true }))],
    ['iso-8859-15', cdaDocument({ ...documents.pdfReport, encoding: 'iso-8859-15' })],
    ['utf-16', cdaDocument(cdaSample({ encoding: 'utf-16le', bom: true }))],
  ];
}

async function writeSamples(): Promise<void> {
  const files = await sampleFiles();
  await rm(DATA, { recursive: true, force: true });
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(DATA, path)), { recursive: true });
    await writeFile(join(DATA, path), bytes);
  }
  const size = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  console.log(`${files.size} files, ${Math.round(size / 1000)} kB in ${DATA}`);
}

if (import.meta.main) await writeSamples();
