import { Command } from 'commander';
import { VERSION } from '../gateway/version.ts';
import { addCheck } from './check.ts';
import { addDemo } from './demo.ts';
import { addExchanges } from './exchanges.ts';
import { addInspect } from './inspect.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';

const program = new Command('pfi')
  .description('Passerelle entre les logiciels d’un hôpital et les services nationaux (MSSanté, DMP, FHIR).')
  .version(VERSION)
  .helpCommand('help [commande]', 'affiche l’aide d’une commande')
  .helpOption('-h, --help', 'affiche cette aide')
  .configureHelp({ sortSubcommands: false });

for (const add of [addDemo, addRun, addCheck, addStatus, addInspect, addExchanges]) add(program);

await program.parseAsync();
