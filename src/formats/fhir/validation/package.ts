import { gunzipSync } from 'node:zlib';
import { GatewayError } from '../../../errors/gateway-error.ts';
import { type FhirResource, isObject, isResource } from '../resource.ts';

/** Larger than any package of profiles; a small archive must not grow without bound. */
const MAX_UNPACKED = 256 * 1024 * 1024;
const BLOCK = 512;
/** What profiles are distilled from; examples and other artefacts stay unread. */
const DEFINITIONS = /^package\/(StructureDefinition|ValueSet|CodeSystem)-[^/]+\.json$/;
const EXAMPLES = /^package\/example\/[^/]+\.json$/;

/** A FHIR package (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification). */
export interface FhirPackage {
  readonly name: string;
  readonly version: string;
  /** StructureDefinition, ValueSet, CodeSystem. */
  readonly definitions: readonly FhirResource[];
  readonly examples: readonly FhirResource[];
}

/**
 * The definitions and examples of a package from the bytes of its .tgz.
 *
 * @throws GatewayError FHIR-001 when it is no gzip, no tar, or what it holds no JSON
 */
export function readPackage(bytes: Uint8Array): FhirPackage {
  const files = filesOf(unpacked(bytes));
  const manifest = files.get('package/package.json');
  const about = manifest === undefined ? undefined : jsonOf(manifest);
  if (!isObject(about)) throw new GatewayError('FHIR-001', { detail: '`package.json` manque.' });
  return {
    name: String(about['name']),
    version: String(about['version']),
    definitions: resourcesOf(files, DEFINITIONS),
    examples: resourcesOf(files, EXAMPLES),
  };
}

/** Of an archive that an administrator has chosen, and whose size is bounded; manifests have members of any name. */
function jsonOf(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (cause) {
    throw new GatewayError('FHIR-001', { cause });
  }
}

function unpacked(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (cause) {
    throw new GatewayError('FHIR-001', { detail: 'L’archive n’est pas lisible.', cause });
  }
}

/** The files of a tar archive (POSIX ustar) by name; the names of packages need neither prefixes nor extensions. */
function filesOf(tar: Buffer): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = textAt(tar, at, 100);
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8);
    if (Number.isNaN(size)) throw new GatewayError('FHIR-001', { detail: 'L’archive n’est pas lisible.' });
    files.set(name, tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function textAt(tar: Buffer, at: number, length: number): string {
  return tar
    .toString('utf8', at, at + length)
    .replace(/\0.*$/s, '')
    .trim();
}

function resourcesOf(files: ReadonlyMap<string, Uint8Array>, names: RegExp): FhirResource[] {
  return [...files]
    .filter(([name]) => names.test(name))
    .map(([, content]) => jsonOf(content))
    .filter(isResource);
}
