import type { Command } from 'commander';
import { USUAL_OUTPUT } from './demo-output.ts';
import { paragraphs } from './output.ts';

export interface DemoOptions {
  readonly keep: boolean;
  readonly output?: string;
}

/** Adds `pfi demo`. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('démonstration complète, sans rien configurer')
    .description(
      paragraphs(
        'Fait passer une vingtaine de courriels inventés par la vraie passerelle d’un hôpital, entre un opérateur MSSanté et un DPI factices ; puis le logiciel d’un laboratoire envoie des documents par une seconde passerelle, jusqu’à ce DPI et dans un DMP factice, et reçoit ses accusés ; enfin les logiciels de l’hôpital appellent en FHIR des plateformes factices (DMI, DUI, RENACOT), et la plateforme SAS l’appelle. Le tout dans un seul processus et sur de vrais protocoles. Montre ce que chacun est devenu.',
        'Retour :\n  0  chacun est devenu ce qui était attendu\n  1  sinon',
      ),
    )
    .option('--keep', 'reste en marche à la fin, jusqu’à Ctrl-C', false)
    .option('--output <dossier>', `où laisser les messages échangés (sans cette option : ${USUAL_OUTPUT})`)
    .action(async (options: DemoOptions) => (await import('./demo-play.ts')).demonstrate(options));
}
