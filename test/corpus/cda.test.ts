import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import AdmZip from 'adm-zip';
import { describe, expect, it } from 'vitest';
import { cutHeader } from '../../src/formats/cda/cut-header.ts';
import { hasCompleteIns, samePatient, uniqueIdOf } from '../../src/formats/cda/identity.ts';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import type { CdaHeader, InstanceIdentifier } from '../../src/formats/cda/types.ts';
import { hl7CodingSystem, typeCodeLabel } from '../../src/formats/terminology/type-codes.ts';

/** Reads documents as a JSON list of base64 from its standard input; the reader shares no code with the gateway. */
const ORACLE = `
import base64, json, sys
sys.path.insert(0, sys.argv[1])
from cda_facts import facts
print(json.dumps([facts(base64.b64decode(d)) for d in json.load(sys.stdin)]))
`;
import { hasShared, SHARED } from '../kit/shared.ts';

interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
  readonly metadata: string;
}

function archives(): Sample[] {
  return globSync('corpus/xdm/*.zip', { cwd: SHARED }).map(path => {
    const entries = new AdmZip(join(SHARED, path)).getEntries();
    const find = (pattern: RegExp) => entries.find(entry => pattern.test(entry.entryName))?.getData();
    return {
      name: basename(path),
      bytes: find(/^IHE_XDM\/.*\/DOC\d+\.XML$/i) ?? Buffer.alloc(0),
      metadata: find(/^IHE_XDM\/.*\/METADATA\.XML$/i)?.toString() ?? '',
    };
  });
}

function loose(): Sample[] {
  return globSync('corpus/hl7/**/*.{xml,XML}', { cwd: SHARED }).map(path => ({
    name: path,
    bytes: readFileSync(join(SHARED, path)),
    metadata: '',
  }));
}

const pair = (ii: InstanceIdentifier | undefined) =>
  ii === undefined ? null : [ii.root, ii.extension ?? null];

/** The header as cda_facts.py gives its facts. */
function factsOf(header: CdaHeader): object {
  return {
    id: pair(header.id),
    set: pair(header.setId),
    version: header.versionNumber ?? null,
    code: header.code.code,
    display: header.code.display ?? null,
    system: header.code.system ?? null,
    title: header.title ?? '',
    patients: header.patient.identifiers.map(pair),
    replaces: header.replaces.map(pair),
    effective: header.effectiveTime ?? null,
  };
}

describe.skipIf(!hasShared())('the official CDA documents', () => {
  const samples = hasShared() ? [...archives(), ...loose()] : [];
  const headers = samples.map(({ bytes }) => readCdaHeader(bytes));

  it('are all there', () => {
    expect(samples.filter(({ name }) => name.endsWith('.zip'))).toHaveLength(73);
    expect(samples.length).toBeGreaterThanOrEqual(80);
  });

  it('give the facts that an independent reader finds', () => {
    const input = JSON.stringify(samples.map(({ bytes }) => bytes.toString('base64')));
    const output = execFileSync('python3', ['-c', ORACLE, join(SHARED, 'tools')], { input, maxBuffer: 1e8 });
    const facts = JSON.parse(output.toString()) as { readonly title: string }[];
    const folded = facts.map(fact => ({ ...fact, title: fact.title.replaceAll(/\s+/g, ' ') }));
    for (const [n, { name }] of samples.entries()) {
      expect({ name, ...factsOf(headers[n] as CdaHeader) }).toEqual({ name, ...folded[n] });
    }
  });

  it('have headers without a word of their body', () => {
    for (const { name, bytes } of samples) {
      const xml = cutHeader(bytes);
      expect(xml.length, name).toBeLessThan(40_000);
      expect(xml, name).not.toMatch(/<(?:\w+:)?(?:structuredBody|nonXMLBody)\b/);
    }
  });

  it('name a patient with a complete INS, who is the one of METADATA.XML', () => {
    for (const [n, { name, metadata }] of samples.entries()) {
      const header = headers[n] as CdaHeader;
      expect(hasCompleteIns(header.patient), name).toBe(true);
      const announced = metadata.match(/(?<=value=")[^"]*\^\^\^[^"]*(?=")/g) ?? [];
      const verdicts = new Set(announced.map(cx => samePatient(cx, header.patient)));
      expect([...verdicts], name).toEqual(metadata === '' ? [] : ['same']);
      expect(metadata === '' || metadata.includes(`"${uniqueIdOf(header.id)}"`), name).toBe(true);
    }
  });

  it('have types of JDV_J07', () => {
    for (const { code } of headers) {
      expect(typeCodeLabel(code.code, code.system)).toBeDefined();
      expect(hl7CodingSystem(code.code, code.system)).toMatch(/^(?:LN|TRE_A05)$/);
    }
  });
});
