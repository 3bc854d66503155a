import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from './failure.ts';

/** Where the demonstration leaves what was received, unless it is told otherwise. */
export const USUAL_OUTPUT = 'demo-output';

/** What a former demonstration left: nothing else is ever removed. */
const OURS =
  /^(journal(-labo)?\.db(\.lock)?(-wal|-shm|-journal)?|operateur-ca\.pem|dmp-(ca|auth|sign)\.pem|dmp-(auth|sign)\.key|fhir-(passerelle|client|bloc)\.(pem|key)|fhir-(hopital|sas|pairs)-ca\.pem|passerelle(-labo)?\.log|\d\d-[a-z0-9-]+\.((\d+\.(demande|ACK|MDM-T\d\d|ZAM-Z\d\d))\.hl7|(\d+\.courriel|mdn|error-mail)\.eml|\d+\.(ITI-\d\d|XAdES)\.xml|\d+\.(demande|transmis|reponse)\.json))$/;

/**
 * An empty folder for the demonstration's files. Where nothing was asked for and the current folder cannot be written
 * to (a checkout that is read-only), it is a new one under the system's own.
 *
 * @throws UsageError when the folder holds something else than a former demonstration's files, or cannot be written to
 */
export function prepareOutput(asked: string | undefined): string {
  const folder = resolve(asked ?? USUAL_OUTPUT);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    if (asked === undefined) return mkdtempSync(join(tmpdir(), 'pfi-demo-'));
    throw new UsageError(`Le dossier ${folder} ne peut pas être créé, ou pas être écrit.`);
  }
  const entries = readdirSync(folder, { withFileTypes: true });
  const foreign = entries.find(entry => !entry.isFile() || !OURS.test(entry.name));
  if (foreign !== undefined) {
    throw new UsageError(
      `Le dossier ${folder} contient autre chose qu’une démonstration précédente (${foreign.name}) : rien n’y est effacé. Donnez-en un autre avec --output.`,
    );
  }
  for (const { name } of entries) rmSync(join(folder, name));
  return folder;
}
