import { writeFileSync } from 'node:fs';
import { CATALOGUE, type CatalogueEntry, type ErrorClass } from '../src/errors/catalogue.ts';

/** Renders docs/errors.md from the catalogue; run by `npm run docs:errors`. */

const TARGET = new URL('errors.md', import.meta.url);

/** What a group of codes is about; a test keeps this list and the catalogue in step. */
export const GROUPS: Readonly<Record<string, string>> = {
  CFG: 'Configuration',
  MAIL: 'Courriels reçus',
  XDM: 'Archives IHE_XDM.zip',
  CDA: 'Documents CDA',
  DOC: 'Devenir des documents',
  REQ: 'Demandes d’envoi (HL7)',
  OUT: 'Envois de documents et accusés reçus',
  DMP: 'Dépôts au DMP',
  FHIR: 'Flux FHIR',
  HL7: 'Messages et accusés HL7',
  MLLP: 'Liaison MLLP avec une application',
  HTTP: 'Liaison HTTP avec une application',
  DIR: 'Échange par dossier avec une application',
  IMAP: 'Relève des boîtes (IMAP)',
  SMTP: 'Envoi des réponses (SMTP)',
  JRN: 'Journal de la passerelle',
  ADM: 'Adresse d’administration',
  GEN: 'Autres',
};

const CLASSES: Readonly<Record<ErrorClass, string>> = {
  unreachable: 'correspondant injoignable',
  transient: 'passagère',
  ambiguous: 'incertaine',
  permanent: 'définitive',
};

const HEAD = `<!-- Écrit par \`npm run docs:errors\` d’après src/errors/catalogue.ts : ne pas modifier à la main. -->

# Codes d’erreur

Chaque erreur de la passerelle a un code, qui ne change pas de sens d’une version à l’autre. Il figure dans les journaux
techniques (champ \`code\`), dans \`pfi exchanges show\` et dans les métriques. Aucun de ces textes ne contient de donnée de
santé.

La **nature** dit ce que fait la passerelle :

- **passagère** : rien n’a pu partir ; elle réessaie d’elle-même ;
- **incertaine** : on ne sait pas si le correspondant a reçu l’envoi ; elle réessaie avec les mêmes identifiants, pour que
  le correspondant reconnaisse une répétition ;
- **définitive** : réessayer ne changerait rien ; l’échange est refusé, ou attend une personne dans la liste « À traiter »
  (\`pfi exchanges list --held\`).
`;

/** The page as it must stand in docs/errors.md. */
export function renderErrors(): string {
  const entries = Object.entries<CatalogueEntry>(CATALOGUE);
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const inGroup = entries.filter(([code]) => code.startsWith(`${group}-`));
    return [`## ${title}`, ...inGroup.map(([code, entry]) => renderEntry(code, entry))].join('\n\n');
  });
  return `${[HEAD.trimEnd(), ...sections].join('\n\n')}\n`;
}

function renderEntry(code: string, { class: kind, why, did, todo }: CatalogueEntry): string {
  return [
    `### ${code}`,
    `${why} *(${CLASSES[kind]})*`,
    `- **Ce qu’a fait la passerelle** : ${did}\n- **Que faire** : ${todo}`,
  ].join('\n\n');
}

if (import.meta.main) writeFileSync(TARGET, renderErrors());
