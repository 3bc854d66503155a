import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import {
  BAL,
  CLOSED_DMP,
  ERROR_MAILBOX,
  KNOWN_PATIENTS,
  LABORATORY,
  LABORATORY_BAL,
  PATIENT_MAILBOX,
  SECRETARY,
} from '../../samples/actors.ts';
import { systemClock } from '../basics/clock.ts';
import { loadConfig } from '../config/load.ts';
import type { MailboxConfig } from '../config/schema.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { type Creator, startCreator } from '../sandbox/creator.ts';
import { type Dmp, startDmp } from '../sandbox/dmp.ts';
import { type Dpi, startDpi } from '../sandbox/dpi.ts';
import { type Operator, startOperator } from '../sandbox/operator.ts';
import { writeDmpCertificates } from './demo-certificates.ts';
import { type FhirStage, startFhirStage } from './demo-fhir-stage.ts';
import { freePorts } from './demo-ports.ts';
import { createDemoRunning } from './demo-running.ts';
import { startTap, type Tap } from './demo-tap.ts';
import { createLog } from './log.ts';

/** The hospital: a gateway that takes mails to a DPI. */
export interface Hospital {
  readonly gateway: Gateway;
  readonly operator: Operator;
  readonly dpi: Dpi;
  readonly bal: string;
  readonly folders: MailboxConfig['folders'];
}

/** The laboratory: software that asks a gateway of its own to send documents. */
export interface Laboratory {
  readonly gateway: Gateway;
  readonly software: Creator;
  /** On the line between both. */
  readonly tap: Tap;
  readonly bal: string;
}

/** Everybody of the demonstration, in this process. */
export interface Stage {
  readonly hospital: Hospital;
  readonly laboratory: Laboratory;
  /** Where the laboratory deposits documents. */
  readonly dmp: Dmp;
  /** Whom the hospital calls in FHIR, and who calls it. */
  readonly fhir: FhirStage;
  stop(): Promise<void>;
}

const PASSWORD = 'demonstration';
const MAILBOXES = [BAL, ERROR_MAILBOX, LABORATORY, SECRETARY, LABORATORY_BAL, PATIENT_MAILBOX];

/**
 * Starts everybody; nothing is left running where one cannot start.
 *
 * @param output where the gateways keep what is theirs
 */
export async function startStage(output: string): Promise<Stage> {
  const { begun, stop } = createDemoRunning();
  try {
    const operator = await begun(
      startOperator({ mailboxes: MAILBOXES.map(address => ({ address, password: PASSWORD })) }),
    );
    const dpi = await begun(startDpi({ patients: KNOWN_PATIENTS, requireIns: true }));
    const software = await begun(startCreator());
    const dmp = await begun(startDmp({ trusted: [writeDmpCertificates(output)], closed: CLOSED_DMP }));
    writeFileSync(join(output, 'dmp-ca.pem'), dmp.ca);
    const ports = await freePorts('hospitalAdmin', 'laboratoryAdmin', 'requests', 'facade', 'sas');
    const tap = await begun(startTap(ports.requests));
    const fhir = await begun(startFhirStage(output, ports));
    software.connectTo({ host: '127.0.0.1', port: tap.port });

    const common = commonSettings(operator, output);
    const hospital = loadConfig(pathOf('pfi.demo.yaml'), {
      ...common,
      ...fhir.settings,
      PFI_DEMO_DPI: String(dpi.port),
      PFI_DEMO_ADMIN: String(ports.hospitalAdmin),
    }).config;
    const laboratory = loadConfig(pathOf('pfi.demo-labo.yaml'), {
      ...common,
      PFI_DEMO_REQUESTS: String(ports.requests),
      PFI_DEMO_SOFTWARE: String(software.port),
      PFI_DEMO_DMP: dmp.url,
      PFI_DEMO_ADMIN: String(ports.laboratoryAdmin),
    }).config;
    const gatewayOf = (config: typeof hospital, log: string): Promise<Gateway> =>
      begun(
        startGateway(config, {
          clock: systemClock,
          random: Math.random,
          log: createLog(config.log.level, pino.destination(join(output, log))),
        }),
      );
    const [box] = hospital.mailboxes;
    if (box === undefined) throw new Error('the demo configuration has a mailbox');
    return {
      hospital: {
        gateway: await gatewayOf(hospital, 'passerelle.log'),
        operator,
        dpi,
        bal: BAL,
        folders: box.folders,
      },
      laboratory: {
        gateway: await gatewayOf(laboratory, 'passerelle-labo.log'),
        software,
        tap,
        bal: LABORATORY_BAL,
      },
      dmp,
      fhir,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function commonSettings(operator: Operator, output: string): Record<string, string> {
  const ca = join(output, 'operateur-ca.pem');
  writeFileSync(ca, operator.ca);
  return {
    PFI_DEMO_DATA: output,
    PFI_DEMO_CA: ca,
    PFI_DEMO_PASSWORD: PASSWORD,
    PFI_DEMO_IMAP: String(operator.imapPort),
    PFI_DEMO_SMTP: String(operator.smtpPort),
  };
}

/** Beside the sources, or a folder further up from the build. */
function pathOf(name: string): string {
  const places = [`../../config/${name}`, `../../../config/${name}`];
  const paths = places.map(place => fileURLToPath(new URL(place, import.meta.url)));
  return paths.find(path => existsSync(path)) ?? paths.join(' ');
}
