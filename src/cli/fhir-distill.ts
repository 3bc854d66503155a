import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { GatewayError } from '../errors/gateway-error.ts';
import type { RuleSet } from '../formats/fhir/rules/types.ts';
import type { FhirPackage } from '../formats/fhir/validation/package.ts';
import { UsageError } from './failure.ts';
import { jsonOption, type JsonOption } from './options.ts';
import { count, paragraphs, print, printError, printJson } from './output.ts';

const FLOWS = ['dmi', 'dui', 'renacot', 'sas'] as const;
type Flow = (typeof FLOWS)[number];

/** Profiles of what the SAS platform sends; the guide's others are those of another flow (search of slots). */
const ROOTS: Readonly<Partial<Record<Flow, readonly string[]>>> = { sas: ['FrPractitionerRegul'] };

interface DistillChoice extends JsonOption {
  readonly flow: Flow;
  readonly out?: string;
}

/** Adds `pfi fhir`. */
export function addFhir(program: Command): void {
  const fhir = program
    .command('fhir')
    .summary('outils des flux FHIR')
    .description('Outils des flux FHIR (DMI, DUI, RENACOT, SAS).');

  fhir
    .command('distill')
    .argument('<paquets...>', 'paquets officiels (.tgz), donnés ensemble quand l’un se sert de l’autre')
    .summary('tire d’un guide plus récent les règles de `fhir.<flux>.rules`')
    .description(
      paragraphs(
        'Tire des paquets FHIR officiels (StructureDefinition avec leur snapshot, ValueSet, CodeSystem) les règles par lesquelles la passerelle valide un flux : un fichier JSON pour `fhir.<flux>.rules`. Ne lit ni la configuration ni le réseau.',
        'Retour :\n  0  règles écrites\n  2  paquet illisible, ou sans le profil du flux',
      ),
    )
    .addOption(new Option('--flow <flux>', 'le flux à valider').choices(FLOWS).makeOptionMandatory())
    .option('--out <fichier>', 'fichier à écrire ; sinon la sortie standard')
    .addOption(jsonOption())
    .action(distillPackages);
}

async function distillPackages(files: readonly string[], options: DistillChoice): Promise<void> {
  const { flow, out } = options;
  const { distill } = await import('../formats/fhir/validation/distill.ts');
  const { readRules } = await import('../formats/fhir/rules/read-rules.ts');
  const { FLOW_PROFILES } = await import('../formats/fhir/rules/rules-for.ts');
  const packages = await Promise.all(files.map(packageAt));
  const profile = FLOW_PROFILES[flow];
  const main = packages.find(({ definitions }) => definitions.some(({ url }) => url === profile));
  if (main === undefined) {
    throw new UsageError(`Aucun de ces paquets ne contient le profil du flux ${flow} : ${profile}.`);
  }
  const roots = ROOTS[flow];
  const rules = distill(
    packages.flatMap(({ definitions }) => definitions),
    { name: main.name, version: main.version, ...(roots === undefined ? {} : { roots }) },
  );
  const text = `${JSON.stringify(rules, undefined, 1)}\n`;
  // As the gateway will read it.
  readRules(Buffer.from(text), flow);
  if (out === undefined) return void process.stdout.write(text);
  writeWhole(out, text);
  const facts = factsOf(rules);
  if (options.json) return printJson({ flow, out, ...facts });
  print(
    [
      `Règles de ${facts.name} ${facts.version} écrites dans ${out} : ${count(facts.profiles, 'profil')}${facts.valueSets === 0 ? '' : `, ${count(facts.valueSets, 'liste')} de codes`}.`,
      `Dans la configuration : fhir.${flow}.rules: ${out}`,
    ].join('\n'),
  );
  if (facts.absent.length > 0) {
    printError(
      `Non vérifiés, parce qu’ils sont cités et absents de ces paquets :\n${facts.absent.map(url => `  ${url}`).join('\n')}`,
    );
  }
}

async function packageAt(file: string): Promise<FhirPackage> {
  const { readPackage } = await import('../formats/fhir/validation/package.ts');
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    throw new UsageError(`${file} ne peut pas être lu : ${causeOf(thrown)}.`);
  }
  try {
    return readPackage(bytes);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    throw new UsageError(`${file} n’est pas un paquet FHIR (.tgz) : ${thrown.fault.detail ?? 'illisible'}`);
  }
}

interface RuleFacts {
  readonly name: string;
  readonly version: string;
  readonly profiles: number;
  readonly valueSets: number;
  /** Canonical URLs of profiles that are referred to and are not here; R4’s own are known. */
  readonly absent: readonly string[];
}

function factsOf({ name, version, profiles, valueSets }: RuleSet): RuleFacts {
  const referred = Object.values(profiles)
    .flatMap(({ elements }) => Object.values(elements))
    .flatMap(({ types = [] }) => types)
    .flatMap(({ profiles: own = [], targets = [] }) => [...own, ...targets]);
  const absent = new Set(
    referred.filter(
      url => /^https?:/.test(url) && !url.startsWith('http://hl7.org/fhir/') && profiles[url] === undefined,
    ),
  );
  return {
    name,
    version,
    profiles: Object.keys(profiles).length,
    valueSets: Object.keys(valueSets).length,
    absent: [...absent].toSorted(),
  };
}

/** All of it or nothing: the gateway may read it at any time. */
function writeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw new UsageError(`${file} ne peut pas être écrit : ${causeOf(thrown)}.`);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'il n’existe pas',
  EACCES: 'vous n’en avez pas le droit',
  EPERM: 'vous n’en avez pas le droit',
  EISDIR: 'c’est un dossier',
  ENOSPC: 'le disque est plein',
};

function causeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'erreur';
  return CAUSES[code] ?? code;
}
