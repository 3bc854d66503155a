import type { Author, Authenticator, CdaHeader } from '../cda/types.ts';
import type { RequestSender } from '../hl7/request-types.ts';
import { PROFESSIONALS } from '../xdm/actors.ts';
import { cutTo, MAX_VALUE } from '../xdm/hl7-text.ts';
import { nationalId, senderId } from './professional-id.ts';
import type { Professionals } from './professionals.ts';
import { AUTOMATE, rolesOfAuthor, type VihfRoles } from './subject-roles.ts';

/** On whose behalf the DMP is spoken to. */
export interface VihfSubject {
  /** PS_IdNat: of the professional, or of the person who is responsible for an automate. */
  readonly nameId: string;
  /** “Nom Prénom”; of an automate “logiciel, modèle, service”. */
  readonly name: string;
  readonly roles: VihfRoles;
}

/** What speaks where no professional can be named (`dmp.automate`). */
export interface Automate {
  /** PS_IdNat of the person who is responsible for it. */
  readonly responsible: string;
  /** “logiciel, modèle, service”. */
  readonly name: string;
}

/** Where the subject of a VIHF is looked for. */
export interface SubjectSources {
  /** PRT `SB`. */
  readonly sender: RequestSender | undefined;
  /** Of every document of the request. */
  readonly headers: readonly Pick<CdaHeader, 'authors' | 'authenticator'>[];
  readonly professionals: Professionals;
  readonly automate: Automate;
}

/**
 * The subject of a VIHF (ANS, Transmission de documents CDA v2.1, “Mapping VIHF pour le DMP”): the person of PRT-5 where
 * a document has the person's role (author or legalAuthenticator), or the configured professionals do; else the automate.
 * So does who has no national identifier, no name, or is a doctor or pharmacist of unknown speciality: a token never says
 * more of somebody than is known, and never a doctor whom the DMP would refuse for it.
 */
export function vihfSubject(sources: SubjectSources): VihfSubject {
  const { responsible, name } = sources.automate;
  return professionalOf(sources) ?? { nameId: responsible, name, roles: AUTOMATE };
}

function professionalOf({ sender, headers, professionals }: SubjectSources): VihfSubject | undefined {
  const nameId = senderId(sender);
  if (nameId === undefined) return undefined;
  const mentions = headers.flatMap(peopleOf).filter(({ identifier }) => {
    if (identifier?.root !== PROFESSIONALS) return false;
    return nationalId(identifier.extension ?? '') === nameId;
  });
  const [, family, given] = sender?.person ?? [];
  const name = [{ family, given }, ...mentions].map(nameOf).find(text => text !== undefined);
  const roles = agreedRoles(mentions) ?? professionals.get(nameId);
  return name === undefined || roles === undefined ? undefined : { nameId, name, roles };
}

/** The people who wrote a document or answer for it; what a device is to it is no one's role. */
function peopleOf({ authors, authenticator }: Pick<CdaHeader, 'authors' | 'authenticator'>) {
  const people: (Author | Authenticator)[] = authors.filter(({ device }) => device === undefined);
  return authenticator === undefined ? people : [...people, authenticator];
}

/** The first roles that documents have for a person; none where they disagree about the profession. */
function agreedRoles(mentions: readonly (Author | Authenticator)[]): VihfRoles | undefined {
  const claims = mentions.flatMap(({ code }) => {
    const roles = code && rolesOfAuthor(code);
    return roles === undefined ? [] : [roles];
  });
  const professions = new Set(claims.map(([{ system, code }]) => `${system} ${code}`));
  return professions.size === 1 ? claims[0] : undefined;
}

/** Family name, then given name, as the examples of the DMP have it; undefined without a family name. */
function nameOf({ family, given }: Partial<Pick<Author, 'family' | 'given'>>): string | undefined {
  const [first = '', ...rest] = [family, given].map(part => (part ?? '').replaceAll(/\s+/g, ' ').trim());
  return first === '' ? undefined : cutTo([first, ...rest].join(' ').trim(), MAX_VALUE);
}
