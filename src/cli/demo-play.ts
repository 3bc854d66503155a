import { join } from 'node:path';
import { KNOWN_PATIENTS } from '../../samples/actors.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { SCENARIOS } from '../../samples/scenarios.ts';
import { becameOf, differences, leaveFiles } from './demo-outcome.ts';
import { prepareOutput } from './demo-output.ts';
import { ask, type Asked, becameOfRequest, leaveRequestFiles, requestDifferences } from './demo-request.ts';
import { mailsSettled, requestsSettled } from './demo-settled.ts';
import { type Stage, startStage } from './demo-stage.ts';
import { renderTold } from './demo-verdict.ts';
import type { DemoOptions } from './demo.ts';
import { print, printError } from './output.ts';
import { stopAsked } from './signals.ts';

/** Plays every sample through real gateways and tells what became of it. */
export async function demonstrate(options: DemoOptions): Promise<void> {
  const output = prepareOutput(options.output);
  const stage = await startStage(output);
  try {
    introduce(stage);
    const acts = [await playMails(stage, output), await playRequests(stage, output)];
    print(`Les messages HL7 et SOAP, et les courriels, sont dans ${output}`);
    if (acts.includes(false)) process.exitCode = 1;
    if (options.keep) {
      print('\nEn marche jusqu’à Ctrl-C.');
      await stopAsked();
    }
  } finally {
    await stage.stop();
  }
}

function introduce({ hospital, laboratory, dmp }: Stage): void {
  const { operator, dpi } = hospital;
  print(`Opérateur MSSanté factice : IMAP ${operator.imapPort}, SMTP ${operator.smtpPort} (STARTTLS)`);
  print(`CHU X : DPI factice, MLLP ${dpi.port}, ${KNOWN_PATIENTS.length} patients connus`);
  print(`  sa passerelle : http://127.0.0.1:${hospital.gateway.adminPort}/status.json et /metrics`);
  print(`Laboratoire des Embruns : logiciel factice, MLLP ${laboratory.software.port}`);
  print(
    `  sa passerelle : MLLP ${laboratory.gateway.requestPort('sgl')}, http://127.0.0.1:${laboratory.gateway.adminPort}/status.json`,
  );
  print(`DMP factice : ${dmp.url} (TLS mutuel, certificats faits à l’instant)`);
}

/** Delivers every sample mail, waits until all is settled, and tells what each became. @returns whether all is as expected */
async function playMails(stage: Stage, output: string): Promise<boolean> {
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
  print(`\n${good} courriels sur ${SCENARIOS.length} sont devenus ce qui était attendu.`);
  return good === SCENARIOS.length;
}

/** Has the laboratory ask for every sample, waits until all has come back, and tells what each became. */
async function playRequests(stage: Stage, output: string): Promise<boolean> {
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
  print(`\n${good} demandes sur ${REQUESTS.length} sont devenues ce qui était attendu.`);
  return good === REQUESTS.length;
}

function unsettled(log: string): false {
  printError(`Tout n’a pas abouti dans le délai : voyez ${log}.`);
  return false;
}
