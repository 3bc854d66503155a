import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import type { Reader } from '../flows/reading/reader.ts';
import { UsageError } from './failure.ts';
import { type Finding, renderFinding } from './inspect-finding.ts';
import { jsonOption, type JsonOption } from './options.ts';
import { paragraphs, print, printJson } from './output.ts';

/** Adds `pfi inspect`. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .argument(
      '<fichier>',
      'courriel ou accusé (.eml), archive (.zip), document CDA (.xml), demande ou autre message HL7 (.hl7), ressource FHIR ou JSON simple (.json)',
    )
    .summary('montre ce que la passerelle voit dans un fichier, sans rien envoyer')
    .description(
      paragraphs(
        'Montre ce que la passerelle voit dans un fichier et ce qu’elle en ferait, avec les réglages par défaut et un journal vide, sans rien envoyer. Le résultat contient des données de santé, sauf celui d’un fichier FHIR : de lui, rien du patient n’est montré.',
        'Retour :\n  0  fichier examiné\n  2  fichier illisible, ou d’une autre nature',
      ),
    )
    .addOption(jsonOption())
    .action(inspect);
}

async function inspect(file: string, options: JsonOption): Promise<void> {
  const { usualReader } = await import('./inspect-mail.ts');
  const reader = usualReader();
  try {
    const finding = await look(file, reader);
    if (options.json) printJson(finding);
    else print(renderFinding(finding));
  } finally {
    await reader.stop();
  }
}

/** What a file is and becomes; decided by content, since a name says little. @throws UsageError */
export async function look(file: string, reader: Reader): Promise<Finding> {
  const { lookAtDocument, lookAtHl7 } = await import('./inspect-alone.ts');
  const { DEFAULTS } = await import('./inspect-defaults.ts');
  const { lookAtArchive, lookAtLargeMail, lookAtMail } = await import('./inspect-mail.ts');
  const { lookAtLargeRequest } = await import('./inspect-request.ts');
  const { begin, size } = beginningOf(file);
  const { mail, archive, request } = DEFAULTS.limits;
  const kind = kindOf(begin);
  if (kind === undefined) {
    throw new UsageError(
      `${file} n’est ni un courriel, ni une archive, ni un document XML, ni un message HL7, ni du JSON : rien à examiner.`,
    );
  }
  if (kind === 'fhir') return lookAtJson(file, size);
  if (kind === 'mail')
    return size > mail ? lookAtLargeMail(begin, size) : lookAtMail(readFileSync(file), reader);
  const large = kind === 'hl7' && size > request ? lookAtLargeRequest(begin, size) : undefined;
  if (large !== undefined) return large;
  if (size > archive.total)
    throw new UsageError(`${file} est trop gros : la passerelle n’en prend pas de tels.`);
  const bytes = readFileSync(file);
  switch (kind) {
    case 'archive':
      return lookAtArchive(bytes);
    case 'document':
      return lookAtDocument(bytes);
    case 'hl7':
      return lookAtHl7(bytes);
  }
}

async function lookAtJson(file: string, size: number): Promise<Finding> {
  const { lookAtFhir, MAX_FHIR_BYTES, tooLarge } = await import('./inspect-fhir.ts');
  const finding = size > MAX_FHIR_BYTES ? tooLarge() : lookAtFhir(readFileSync(file));
  if (finding !== undefined) return finding;
  throw new UsageError(
    `${file} est du JSON, mais ni une ressource FHIR, ni une trace (POST /dmi/traces), ni une intervention (POST /renacot/interventions) : rien à examiner.`,
  );
}

function kindOf(begin: Buffer): Exclude<Finding['kind'], 'request'> | undefined {
  const head = begin.subarray(0, 2_000).toString('latin1');
  // Before mails, whose headers may begin with any of these characters.
  if (/^(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[{[\]"])/.test(head)) return 'fhir';
  if (head.startsWith('PK')) return 'archive';
  if (/^\v?\s*MSH[^\w\s]/.test(head)) return 'hl7';
  if (/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\0?</.test(head)) return 'document';
  // RFC 5322 §2.2, after what mbox files and deliveries put before it.
  return /^(?:From [^\n]*\n|>?From [^\n]*\n|\r?\n)*[!-9;-~]+[ \t]*:/.test(head) ? 'mail' : undefined;
}

/** As much as is enough for a mail's headers, bytes. */
const HEAD_BYTES = 64 * 1024;

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'il n’existe pas',
  EACCES: 'vous n’avez pas le droit de le lire',
  EPERM: 'vous n’avez pas le droit de le lire',
};

function beginningOf(file: string): { begin: Buffer; size: number } {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new UsageError(`${file} ne peut pas être lu : ce n’est pas un fichier.`);
    const descriptor = openSync(file, 'r');
    try {
      const begin = Buffer.alloc(Math.min(HEAD_BYTES, stat.size));
      return { begin: begin.subarray(0, readSync(descriptor, begin)), size: stat.size };
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'erreur';
    throw new UsageError(`${file} ne peut pas être lu : ${CAUSES[code] ?? code}.`);
  }
}
