import type { RequestSender } from '../hl7/request-types.ts';
import type { Hl7Organization } from '../hl7/types.ts';
import {
  type Actor,
  type ActorId,
  type ActorOrganization,
  PROFESSIONALS,
  STRUCTURES,
  xcn,
  xon,
} from './actors.ts';
import type { AuthorMetadata } from './document-types.ts';

/** By kind of identifier (PRT-5.13, PRT-8.7): its form, and the digit that makes it the national one. */
type Prefixes = ReadonlyMap<string, Prefix>;
type Prefix = readonly [form: RegExp, prefix: string];

const PERSON_PREFIXES: Prefixes = new Map<string, Prefix>([
  ['RPPS', [/^\d{11}$/, '8']],
  ['ADELI', [/^\d[0-9A-Z]{8}$/, '0']],
]);
const FINESS: Prefix = [/^\d[0-9AB]\d{7}$/, '1'];
const STRUCTURE_PREFIXES: Prefixes = new Map<string, Prefix>([
  ['FINEG', FINESS],
  ['FINEJ', FINESS],
  ['SIREN', [/^\d{9}$/, '2']],
  ['SIRET', [/^\d{14}$/, '3']],
]);

/** First digit of an identifier inside a structure (PS_IdNat) by that of the structure's own (Struct_IdNat). */
const INSIDE: ReadonlyMap<string, string> = new Map([
  ['0', '1'],
  ['1', '3'],
  ['2', '4'],
  ['3', '5'],
  ['4', '6'],
]);

/** A national identifier inside a structure, prefix and all. */
const NATIONAL_INSIDE = /^[13-6][0-9A-Z]{8,14}\/./;

/**
 * The author of a submission from PRT `SB`, in the formats of the French XDS profile: the person of PRT-5,
 * else the system of PRT-10, with the organisation of PRT-8. Where it names neither, the document's author
 * stands in (authorPerson is required), yet authorInstitution is still PRT-8 where that is given (“Mapping
 * XDS”).
 *
 * @param authors those of the submission's first document.
 */
export function submissionAuthor(
  sender: RequestSender | undefined,
  authors: readonly AuthorMetadata[],
): AuthorMetadata {
  if (sender === undefined) return firstPerson(authors);
  const organization = sender.organization && structureOf(sender.organization);
  const device = sender.device?.trim();
  const actor =
    (sender.person && personOf(sender.person)) ?? (device ? systemOf(device, organization) : undefined);
  const person = actor && xcn(actor);
  const institution = organization && xon(organization);
  if (person !== undefined) return { person, institution };
  const author = firstPerson(authors);
  return institution === undefined ? author : { ...author, institution };
}

/** The role that the author had towards the patient in the document is not the one of who submits it. */
function firstPerson(authors: readonly AuthorMetadata[]): AuthorMetadata {
  const { role: _, ...author } = authors.find(({ person }) => person !== undefined) ?? authors[0] ?? {};
  return author;
}

/** XCN components; undefined where they name nobody. */
function personOf(components: readonly string[]): Actor | undefined {
  const [id, family, given] = components.map(component => component.trim());
  if (!id && !family) return undefined;
  const type = components[12]?.trim() ?? '';
  const isSystem = components[9] === 'U' || type === 'RI';
  const isNational = type === 'IDNPS' || PERSON_PREFIXES.has(type);
  return {
    identifier: identifierOf(
      id,
      type,
      PERSON_PREFIXES,
      oidOf(components[8]) ?? (isNational ? PROFESSIONALS : undefined),
    ),
    family: family || undefined,
    given: given || undefined,
    isSystem,
  };
}

function structureOf({ name, id, type = '', authority }: Hl7Organization): ActorOrganization {
  const isNational = type === 'IDNST' || STRUCTURE_PREFIXES.has(type);
  const root = oidOf(authority) ?? (isNational ? STRUCTURES : undefined);
  return {
    identifier: identifierOf(id?.trim(), type, STRUCTURE_PREFIXES, root),
    name: name.trim() || undefined,
  };
}

/**
 * The identifier of a device, which has no name of its own. Inside a structure that has a national identifier
 * it is made one (`3120456789/SGL`: FINESS, then what the structure calls it); else it has no authority.
 */
function systemOf(device: string, organization: ActorOrganization | undefined): Actor {
  const { root, extension: structure = '' } = organization?.identifier ?? {};
  const prefix = root === STRUCTURES ? INSIDE.get(structure.charAt(0)) : undefined;
  const identifier = NATIONAL_INSIDE.test(device)
    ? { root: PROFESSIONALS, extension: device }
    : prefix === undefined
      ? { root: undefined, extension: device }
      : { root: PROFESSIONALS, extension: `${prefix}${structure.slice(1)}/${device}` };
  return { identifier, family: device, given: undefined, isSystem: true };
}

function identifierOf(
  id: string | undefined,
  type: string,
  prefixes: Prefixes,
  root: string | undefined,
): ActorId | undefined {
  if (!id) return undefined;
  const [form, prefix = ''] = prefixes.get(type) ?? [];
  return { root, extension: form?.test(id) === true ? prefix + id : id };
}

/** The OID of an HD (`ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO`), or one that stands there alone. */
function oidOf(authority: string | undefined): string | undefined {
  const parts = (authority ?? '').split('&').map(part => part.trim());
  return [parts[1], parts[0]].find(part => /^\d+(?:\.\d+)+$/.test(part ?? ''));
}
