import { randomUUID } from 'node:crypto';
import { systemClock } from '../basics/clock.ts';
import { type Fault, type GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import type { DocumentRequest } from '../formats/hl7/request-types.ts';
import type { CodedValue } from '../formats/terminology/value-set.ts';
import { vihfSubject } from '../formats/vihf/vihf-subject.ts';
import { preparePublication, type Publication, type PublishedDocument } from '../formats/xds/publication.ts';
import { canonicalDigest } from '../formats/xmldsig/canonical.ts';
import { DEFAULTS } from './inspect-defaults.ts';
import { type Facts, faultLines, type Part } from './inspect-finding.ts';

/** What would become of the DMP part of a request. */
export interface DmpFinding {
  readonly part: Part;
  /** Why it would be refused before anything is sent. */
  readonly fault: Fault | undefined;
  /** In French, a sentence a line, with what there is to do. */
  readonly verdict: readonly string[];
}

const DEFAULT_DMP = (() => {
  if (DEFAULTS.dmp === undefined) throw new Error('the default configuration has a DMP');
  return DEFAULTS.dmp;
})();

const ACTIONS = {
  add: 'dépôt (TD2.1)',
  replace: 'remplacement (TD3.1b, TD2.1)',
  delete: 'suppression (TD3.1b, TD3.3c)',
};

/**
 * The DMP part of a request as the gateway prepares it, whoever the establishment is: its structures, its certificates, its
 * professionals and its DMP are not known here.
 *
 * @returns undefined where none is asked for
 */
export function lookAtDmpPart(request: DocumentRequest): DmpFinding | undefined {
  if (!request.wishes.dmp) return undefined;
  const prepared = prepare(request);
  const documents = 'publication' in prepared ? documentFacts(prepared.publication) : {};
  const part = {
    title: 'DMP',
    facts: { Demande: ACTIONS[request.action], ...documents, ...speaker(request) },
  };
  if ('publication' in prepared) return { part, fault: undefined, verdict: SENT };
  const { fault } = prepared.refused;
  return { part, fault, verdict: [REFUSED, ...faultLines(fault)] };
}

const SENT = [
  'DMP : rien dans la demande ne s’y oppose.',
  'Elle y part si la configuration a un DMP (`dmp`) ; sinon, elle attend une personne (OUT-001).',
];
const REFUSED =
  'DMP : refusé avant tout envoi ; le logiciel créateur en est prévenu (ZAM^Z01 N), et une personne doit agir.';

function prepare(
  request: DocumentRequest,
): { readonly publication: Publication } | { readonly refused: GatewayError } {
  const { oid, environment, limits, xades } = DEFAULT_DMP;
  const { documents, action, wishes, patient, patientClass, sender } = request;
  try {
    return {
      publication: preparePublication({
        documents,
        action,
        newWhereUnknown: false,
        restrictions: wishes,
        qualified: patient.qualified,
        patientClass,
        sender,
        structure: { id: structureOf(request), name: '' },
        oid,
        environment,
        maxBytes: limits.document,
        time: systemClock.now(),
        newId: randomUUID,
        // The establishment's key is not at hand; whether the documents can be signed is.
        signing: { digest: xades.digest, canonicalDigest, signSubmission: () => '' },
      }),
    };
  } catch (thrown) {
    return { refused: toGatewayError(thrown) };
  }
}

function structureOf({ sender }: DocumentRequest): string {
  return sender?.organization?.id ?? '';
}

function documentFacts(publication: Publication): Facts {
  const told =
    publication.action === 'delete'
      ? publication.documents.map(({ uniqueId }) => uniqueId)
      : publication.documents.map(documentText);
  return Object.fromEntries(told.map((text, position) => [`Document ${position + 1}`, text]));
}

function documentText(document: PublishedDocument): string {
  const { uniqueId, replaces, classCode, typeCode, confidentialityCodes, mimeType } = document;
  return [
    uniqueId,
    ...(replaces === undefined ? [] : [`remplace ${replaces}`]),
    `classe ${codeText(classCode)}`,
    `type ${codeText(typeCode)}`,
    `confidentialité ${confidentialityCodes.map(({ code }) => code).join(', ')}`,
    mimeType,
  ].join(' · ');
}

function codeText({ code, display }: CodedValue): string {
  return `${code} ${display}`;
}

/** On whose behalf the DMP is spoken to, as far as it does not depend on the configuration. */
function speaker(request: DocumentRequest): Facts {
  const { sender, documents, wishes } = request;
  const { automate } = DEFAULT_DMP;
  const headers = documents.map(({ header }) => header);
  const subject = vihfSubject({ sender, headers, professionals: new Map(), automate });
  return {
    'Au nom de (VIHF)':
      subject.nameId === automate.responsible
        ? 'celui que donne `dmp.professionals`, sinon l’automate (`dmp.automate`)'
        : [subject.nameId, subject.name, ...subject.roles.flatMap(role => role?.display ?? [])].join(' · '),
    'Structure (PRT-8.10)': `${structureOf(request)}, qui doit être une de \`dmp.structures\``,
    'Connexion secrète': wishes.connexionSecrete
      ? 'demandée ; refusée si `dmp.vihf.secretConnection` n’est pas configuré (DMP-016)'
      : undefined,
  };
}
