import { join } from 'node:path';
import { KNOWN_PATIENTS } from '../../samples/actors.ts';
import { CALLS } from '../../samples/fhir/calls.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { call, callDifferences, leaveCallFiles } from './demo-fhir.ts';
import { becameOf, differences, leaveFiles } from './demo-outcome.ts';
import { prepareOutput } from './demo-output.ts';
import { ask, type Asked, becameOfRequest, leaveRequestFiles, requestDifferences } from './demo-request.ts';
import { mailsSettled, requestsSettled } from './demo-settled.ts';
import { type Hospital, type Stage, startStage } from './demo-stage.ts';
import { renderTold } from './demo-verdict.ts';
import type { DemoOptions } from './demo.ts';
import { print, printError } from './output.ts';
import { stopAsked } from './signals.ts';

/** What is played, in French: how many of what, which agree with their participle. */
interface Act {
  readonly all: number;
  readonly nouns: string;
  readonly became: 'devenus' | 'devenues';
  /** @returns how many became what was expected */
  readonly play: (stage: Stage, output: string) => Promise<number>;
}

const ACTS: readonly Act[] = [
  { all: SCENARIOS.length, nouns: 'courriels', became: 'devenus', play: playMails },
  { all: REQUESTS.length, nouns: 'demandes', became: 'devenues', play: playRequests },
  { all: CALLS.length, nouns: 'appels FHIR', became: 'devenus', play: playCalls },
];

/** Plays every sample through real gateways and tells what became of it. */
export async function demonstrate(options: DemoOptions): Promise<void> {
  const output = prepareOutput(options.output);
  const stage = await startStage(output);
  try {
    introduce(stage);
    const verdicts: string[] = [];
    for (const { all, nouns, became, play } of ACTS) {
      const good = await play(stage, output);
      verdicts.push(`${good} ${nouns} sur ${all}`);
      print(`\n${good} ${nouns} sur ${all} sont ${became} ce qui était attendu.`);
      if (good < all) process.exitCode = 1;
    }
    print(`\nLes messages HL7 et SOAP, les ressources FHIR et les courriels sont dans ${output}`);
    print(`Bilan : ${verdicts.join(', ')}.`);
    if (options.keep) {
      print('\nUn appel à la façade, par le bloc :');
      print(
        `  cd ${output} && curl --cacert fhir-hopital-ca.pem --cert fhir-bloc.pem --key fhir-bloc.key '${facadeOf(stage.hospital)}/fhir/dmi/AuditEvent?date=2026-11-20'`,
      );
      print('\nEn marche jusqu’à Ctrl-C.');
      await stopAsked();
    }
  } finally {
    await stage.stop();
  }
}

function introduce({ hospital, laboratory, dmp, fhir }: Stage): void {
  const { operator, dpi } = hospital;
  print(`Opérateur MSSanté factice : IMAP ${operator.imapPort}, SMTP ${operator.smtpPort} (STARTTLS)`);
  print(`CHU X : DPI factice, MLLP ${dpi.port}, ${KNOWN_PATIENTS.length} patients connus`);
  print(`  sa passerelle : http://127.0.0.1:${hospital.gateway.adminPort}/status.json et /metrics`);
  print(
    `  ses adresses FHIR : façade ${facadeOf(hospital)}, SAS https://localhost:${hospital.gateway.sasPort()}`,
  );
  print(`Laboratoire des Embruns : logiciel factice, MLLP ${laboratory.software.port}`);
  print(
    `  sa passerelle : MLLP ${laboratory.gateway.requestPort('sgl')}, http://127.0.0.1:${laboratory.gateway.adminPort}/status.json`,
  );
  print(`DMP factice : ${dmp.url} (TLS mutuel, certificats faits à l’instant)`);
  const { dmi, dui, renacot } = fhir.platforms;
  print(`Plateformes FHIR factices : DMI ${dmi.url}, DUI ${dui.url}, RENACOT ${renacot.url}`);
}

/** By the name that the façade's certificate has. */
function facadeOf({ gateway }: Hospital): string {
  return `https://localhost:${gateway.fhirPort()}`;
}

/** Delivers every sample mail, waits until all is settled, and tells what each became. */
async function playMails(stage: Stage, output: string): Promise<number> {
  const { hospital } = stage;
  print('\nLe CHU X reçoit des courriels');
  print('MDM : message HL7 qui porte un document au DPI. MDN : accusé de lecture renvoyé à l’expéditeur.\n');
  for (const { from, build } of SCENARIOS) {
    hospital.operator.deliver(await build(), { from, to: [hospital.bal] });
  }
  if (!(await mailsSettled(SCENARIOS.length, stage))) return unsettled(join(output, 'passerelle.log'));
  let good = 0;
  for (const scenario of SCENARIOS) {
    const became = await becameOf(scenario, hospital);
    leaveFiles(scenario, became, output);
    const wrong = differences(scenario.expected, became);
    if (wrong.length === 0) good += 1;
    print(renderTold({ ...scenario, story: became.story, wrong }));
  }
  return good;
}

/** Has the laboratory ask for every sample, waits until all has come back, and tells what each became. */
async function playRequests(stage: Stage, output: string): Promise<number> {
  print('\nLe laboratoire envoie des documents');
  print(
    'ORU, MDM : demande d’envoi du logiciel à sa passerelle. ZAM : accusé qu’elle lui rend (Z01 DMP, Z02',
  );
  print(
    'réception, Z03 lecture). La passerelle du CHU X reçoit ces courriels comme les précédents. TD : transaction',
  );
  print('du DMP, en SOAP signé au nom de l’établissement.\n');
  const asked: Asked[] = [];
  for (const scenario of REQUESTS) {
    const each = await ask(scenario, stage);
    if (each === undefined) return unsettled(join(output, 'passerelle-labo.log'));
    asked.push(each);
  }
  if (!(await requestsSettled(stage))) return unsettled(join(output, 'passerelle-labo.log'));
  let good = 0;
  for (const each of asked) {
    const became = await becameOfRequest(each, stage);
    leaveRequestFiles(each, became, output);
    const wrong = requestDifferences(each.scenario.expected, became);
    if (wrong.length === 0) good += 1;
    print(renderTold({ ...each.scenario, story: became.story, wrong }));
  }
  return good;
}

/** Has everybody call in FHIR, one after the other, and tells what each call became. */
async function playCalls(stage: Stage, output: string): Promise<number> {
  print('\nLe CHU X et les plateformes nationales (FHIR)');
  print(
    'DMI : traces des implants. DUI : dossiers d’usagers du médico-social. RENACOT : registre des prothèses.',
  );
  print(
    'SAS : comptes des régulateurs. Tout passe par HTTPS, entre gens connus par certificat ou par jeton.\n',
  );
  let good = 0;
  for (const scenario of CALLS) {
    const became = await call(scenario, stage);
    if (became === undefined) return unsettled(join(output, 'passerelle.log'));
    leaveCallFiles(scenario, became, output);
    const wrong = callDifferences(scenario.expected, became);
    if (wrong.length === 0) good += 1;
    print(renderTold({ ...scenario, story: became.story, wrong }));
  }
  return good;
}

/** @returns none: what has not come to its end is not as expected */
function unsettled(log: string): 0 {
  printError(`Tout n’a pas abouti dans le délai : voyez ${log}.`);
  return 0;
}
