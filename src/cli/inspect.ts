import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe } from '../errors/catalogue.ts';
import { type Fault, explain, toGatewayError } from '../errors/gateway-error.ts';
import { readMail } from '../flows/reading/read-mail.ts';
import { onePatient, readDocument } from '../flows/reading/read-document.ts';
import type { ReadDocument, Reading } from '../flows/reading/reading.ts';
import { readCdaHeader } from '../formats/cda/read-header.ts';
import { uniqueIdOf } from '../formats/cda/identity.ts';
import type { CdaHeader } from '../formats/cda/types.ts';
import { readAck, verdict } from '../formats/hl7/ack.ts';
import { parseMessage } from '../formats/hl7/message.ts';
import { readXdm } from '../formats/xdm/read-xdm.ts';
import type { ArchiveLimits } from '../formats/xdm/types.ts';
import { jsonOption, orExit, print, printJson } from './common.ts';

/** The configuration's defaults: `inspect` needs no configuration. */
const LIMITS: ArchiveLimits = {
  entries: 500,
  memberBytes: 100 * 1024 ** 2,
  totalBytes: 200 * 1024 ** 2,
  ratio: 200,
};

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .argument('<fichier>', 'courriel (.eml), archive (.zip), document CDA (.xml) ou message HL7 (.hl7)')
    .description('montre ce que la passerelle voit dans un fichier et ce qu’elle ferait, sans rien envoyer')
    .addOption(jsonOption())
    .action((file: string, options: { json: boolean }) => orExit(() => inspect(file, options), 1));
}

/** What was found in a file: lines to read, and the same as data. */
interface Finding {
  readonly kind: 'mail' | 'archive' | 'document' | 'hl7';
  readonly facts: Readonly<Record<string, string | undefined>>;
  readonly documents: readonly DocumentFinding[];
  /** What the gateway would do with the whole. */
  readonly verdict: string;
}

interface DocumentFinding {
  readonly facts: Readonly<Record<string, string | undefined>>;
  readonly verdict: string;
}

async function inspect(file: string, options: { json: boolean }): Promise<void> {
  const finding = await look(readFileSync(file));
  if (options.json) return printJson(finding);
  print(renderFacts(finding.facts, ''));
  for (const [position, document] of finding.documents.entries()) {
    print(`\nDocument ${position + 1}\n${renderFacts(document.facts, '  ')}\n  → ${document.verdict}`);
  }
  print(`\n→ ${finding.verdict}`);
}

/** Decided by content: a file's name says little. */
async function look(bytes: Uint8Array): Promise<Finding> {
  const head = Buffer.from(bytes.subarray(0, 2_000)).toString('latin1');
  if (head.startsWith('PK')) return lookAtArchive(bytes);
  if (/^\v?\s*MSH[^\w\s]/.test(head)) return lookAtHl7(bytes);
  if (/^(?:\xef\xbb\xbf)?\s*</.test(head)) return lookAtDocument(bytes);
  return lookAtMail(await readMail(bytes, LIMITS));
}

function lookAtMail(reading: Reading): Finding {
  const { outer } = reading;
  const facts = {
    Courriel: outer.messageId ?? 'sans Message-ID',
    De: outer.from?.address,
    À: outer.to.map(({ address }) => address).join(', '),
    Objet: outer.subject,
    'Accusé de lecture demandé par': outer.dispositionNotificationTo.map(({ address }) => address).join(', '),
    'Envoyé par une machine': outer.automatic ? 'oui' : undefined,
  };
  const documents = reading.kind === 'documents' ? reading.documents.map(documentFinding) : [];
  return { kind: 'mail', facts, documents, verdict: mailVerdict(reading) };
}

function mailVerdict(reading: Reading): string {
  switch (reading.kind) {
    case 'receipt':
      return `Accusé (${reading.report.toUpperCase()}) : rangé dans le dossier « autres ».`;
    case 'error-mail':
      return reading.hasArchive
        ? 'Retour d’erreur avec archive : accusé s’il concerne un de nos envois, sinon à traiter.'
        : 'Retour d’erreur : rangé dans le dossier « autres ».';
    case 'other':
      return 'Pas un envoi de documents : rangé dans le dossier « autres ».';
    case 'unusable':
      return `À traiter par une personne. ${faultText(reading.fault)}`;
    case 'refused':
      return `Refusé (906), l’expéditeur est informé. ${faultText(reading.fault)}`;
    case 'documents':
      return `${reading.documents.length} document(s), un message MDM par document à transmettre.`;
  }
}

function lookAtArchive(bytes: Uint8Array): Finding {
  try {
    const documents = onePatient(readXdm(bytes, LIMITS).documents.map(readDocument)).map(documentFinding);
    return {
      kind: 'archive',
      facts: { Archive: 'IHE_XDM' },
      documents,
      verdict: `${documents.length} document(s).`,
    };
  } catch (thrown) {
    const verdictText = `Refusée (906). ${faultText(toGatewayError(thrown).fault)}`;
    return { kind: 'archive', facts: { Archive: 'illisible' }, documents: [], verdict: verdictText };
  }
}

function lookAtDocument(bytes: Uint8Array): Finding {
  try {
    const facts = headerFacts(readCdaHeader(bytes));
    return { kind: 'document', facts, documents: [], verdict: 'Document CDA lisible.' };
  } catch (thrown) {
    const verdictText = `Refusé (906). ${faultText(toGatewayError(thrown).fault)}`;
    return { kind: 'document', facts: { Document: 'illisible' }, documents: [], verdict: verdictText };
  }
}

function lookAtHl7(bytes: Uint8Array): Finding {
  const message = parseMessage(bytes);
  const msh = message.first('MSH');
  const facts = {
    'Message HL7': [1, 2, 3].map(part => msh?.component(9, part) ?? '').join('^'),
    'Identifiant (MSH-10)': msh?.component(10, 1),
    De: msh?.component(3, 1),
    Vers: msh?.component(5, 1),
    'Jeu de caractères': msh?.component(18, 1),
    Segments: message.segments.map(({ name }) => name).join(' '),
  };
  if (message.first('MSA') === undefined) {
    return { kind: 'hl7', facts, documents: [], verdict: 'Message lisible ; ce n’est pas un accusé.' };
  }
  const answer = verdict(readAck(bytes), { commitAccept: false });
  const said = 'code' in answer ? `${answer.kind} : ${answer.code} ${answer.label}` : answer.kind;
  return { kind: 'hl7', facts, documents: [], verdict: `Accusé compris comme « ${said} ».` };
}

const ACTIONS = {
  add: 'ajout (MDM^T02)',
  replace: 'remplacement (MDM^T10)',
  delete: 'suppression (MDM^T04)',
} as const;

function documentFinding(read: ReadDocument): DocumentFinding {
  const { header, action, integrity, refusal, hold } = read;
  const facts = {
    ...(header === undefined ? { Identifiant: read.announcedId } : headerFacts(header)),
    Action: action === undefined ? 'inconnue' : ACTIONS[action],
    Empreinte: integrity === 'verified' ? 'vérifiée' : integrity && 'non fournie',
  };
  if (refusal !== undefined) return { facts, verdict: `Refusé (906). ${faultText(refusal)}` };
  if (hold !== undefined) return { facts, verdict: `À traiter par une personne. ${faultText(hold)}` };
  return { facts, verdict: 'Transmis à l’application.' };
}

function headerFacts(header: CdaHeader): Record<string, string | undefined> {
  const { patient } = header;
  return {
    Identifiant: uniqueIdOf(header.id),
    Version: header.versionNumber,
    Remplace: header.replaces.map(uniqueIdOf).join(', '),
    Type: `${header.code.code} ${header.code.display ?? ''}`,
    Titre: header.title,
    Date: header.effectiveTime,
    Patient: [...patient.families, ...patient.givens]
      .map(({ value, qualifier }) => `${value}${qualifier ? ` (${qualifier})` : ''}`)
      .join(' '),
    'Identifiants du patient': patient.identifiers.map(uniqueIdOf).join(', '),
    Naissance: [patient.birthTime, patient.gender, patient.birthplace?.county].filter(Boolean).join(' · '),
    Auteur: header.authors
      .map(({ family, given, device }) => [given, family, device].filter(Boolean).join(' '))
      .join(', '),
  };
}

function faultText(fault: Fault): string {
  return `${fault.code} : ${explain(fault)} ${describe(fault.code).todo}`;
}

function renderFacts(facts: Readonly<Record<string, string | undefined>>, indent: string): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${indent}${name} : ${value}`)
    .join('\n');
}
