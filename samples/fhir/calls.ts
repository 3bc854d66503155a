import { firstTransfer } from './dui/transfers.ts';
import { implantation, implantationWithoutAgent, LOT } from './dmi/implantation.ts';
import { inRegistry, intervention } from './renacot/interventions.ts';
import { account, REGULATOR } from './sas/accounts.ts';

/** Who calls: by what the gateway's configuration names them, or the SAS platform. */
export type CallerName = 'bloc' | 'pui' | 'dui' | 'genets' | 'sas';

/** Who is called because of it: a platform, or an application of the hospital. */
export type PeerName = 'dmi' | 'dui' | 'renacot' | 'application' | 'agenda';

/** What becomes of a call, as everybody whom it reaches tells it. */
export interface ExpectedCall {
  readonly status: number;
  /** The first error of a no; `path` where it names an element. */
  readonly issue?: { readonly code: string; readonly path?: string };
  /** What a yes says: types of resources in a Bundle, the registry's number, `Location` of an account that it leads to. */
  readonly told: readonly string[];
  /** What the gateway asked of others because of it, in order. */
  readonly passedOn: readonly {
    readonly by: PeerName;
    /** Method and path, without query; `{id}` where an id is. */
    readonly request: string;
    readonly isTaken: boolean;
    /** What then lies there because of it: types of resources, lots of implants, or how an account stands. */
    readonly left: readonly string[];
  }[];
  /** How long the gateway waits before it tries again, hours; undefined: there is nothing left to be tried. */
  readonly againInHours?: number;
}

/** A FHIR call, as the demo plays it: in order, some ask for what one before them brought. */
export interface CallScenario {
  readonly name: string;
  /** One line, in French. */
  readonly description: string;
  readonly caller: CallerName;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** With its query. */
  readonly path: string;
  /** JSON; undefined for a call without. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expected: ExpectedCall;
}

/** The day of an operation that the registry knows, and of one that it does not know yet. */
const KNOWN_DAY = '2026-11-18';
const NEW_DAY = '2026-11-20';

/** What the registry knows from the start. */
export const KNOWN_INTERVENTIONS = [inRegistry(KNOWN_DAY)];

const TRACE = [
  'Organization',
  'Organization',
  'Organization',
  'Organization',
  'Practitioner',
  'Patient',
  'DeviceDefinition',
  'Device',
  'Procedure',
  'AuditEvent',
];
const TRANSFER = ['Patient', 'Organization', 'Encounter'];
const ACCOUNTS = '/fhir/sas/Practitioner';
const ASSOCIATE = 'POST /fhir/$associer-implants-registre';

/** What the agenda software hears of a change of the account. */
function relayed(left: 'active' | 'inactive'): ExpectedCall['passedOn'] {
  return [{ by: 'agenda', request: 'PUT /Practitioner/{id}', isTaken: true, left: [left] }];
}

export const CALLS: readonly CallScenario[] = [
  {
    name: '31-dmi-pose',
    description:
      'Pose d’un stent, dite en JSON simple par le logiciel du bloc : la passerelle en fait une trace',
    caller: 'bloc',
    method: 'POST',
    path: '/dmi/traces',
    body: implantation('POSE-2026-31'),
    expected: {
      status: 200,
      told: TRACE,
      passedOn: [{ by: 'dmi', request: 'POST /fhir/Bundle', isTaken: true, left: TRACE }],
    },
  },
  {
    name: '32-dmi-refus',
    description: 'Trace écrite en FHIR, qui ne dit pas de qui elle vient : refusée, et l’élément est nommé',
    caller: 'bloc',
    method: 'POST',
    path: '/fhir/dmi/Bundle',
    body: implantationWithoutAgent('POSE-2026-32'),
    expected: {
      status: 422,
      issue: { code: 'required', path: 'Bundle.entry[9].resource.agent[0].who' },
      told: [],
      passedOn: [],
    },
  },
  {
    name: '33-dmi-recherche',
    description: 'La pharmacie cherche où sont passés les implants d’un lot',
    caller: 'pui',
    method: 'GET',
    path: `/fhir/dmi/AuditEvent?date=2026-11-20&entity:Device.lotNumber=${LOT}`,
    expected: {
      status: 200,
      told: ['AuditEvent'],
      passedOn: [{ by: 'dmi', request: 'GET /fhir/AuditEvent', isTaken: true, left: [] }],
    },
  },
  {
    name: '34-dui-transfert',
    description: 'Dossier d’une usagère, transféré à l’établissement médico-social qui l’accueille',
    caller: 'dui',
    method: 'POST',
    path: '/fhir/dui/',
    body: firstTransfer(34),
    expected: {
      status: 201,
      told: TRANSFER,
      passedOn: [{ by: 'dui', request: 'POST /fhir/', isTaken: true, left: TRANSFER }],
    },
  },
  {
    name: '35-dui-reception',
    description: 'Dossier transféré par un EHPAD : la passerelle le prend, puis le remet à l’application',
    caller: 'genets',
    method: 'POST',
    path: '/fhir/dui-consommateur/',
    body: firstTransfer(35),
    expected: {
      status: 201,
      told: TRANSFER,
      passedOn: [{ by: 'application', request: 'POST /fhir', isTaken: true, left: TRANSFER }],
    },
  },
  {
    name: '36-renacot-association',
    description: 'Prothèse de hanche, en JSON simple : ses implants rejoignent l’intervention au registre',
    caller: 'bloc',
    method: 'POST',
    path: '/renacot/interventions',
    body: intervention(KNOWN_DAY, 'BLOC-2026-36'),
    expected: {
      status: 200,
      told: ['RENACOT-2026-10000'],
      passedOn: [{ by: 'renacot', request: ASSOCIATE, isTaken: true, left: ['LOT0', 'LOT1'] }],
    },
  },
  {
    name: '37-renacot-attente',
    description: 'Intervention du jour, que le chirurgien n’a pas encore saisie au registre',
    caller: 'bloc',
    method: 'POST',
    path: '/renacot/interventions',
    body: intervention(NEW_DAY, 'BLOC-2026-37'),
    expected: {
      status: 422,
      issue: { code: 'processing' },
      told: [],
      passedOn: [{ by: 'renacot', request: ASSOCIATE, isTaken: false, left: [] }],
      againInHours: 24,
    },
  },
  {
    name: '38-sas-creation',
    description: 'La plateforme SAS crée le compte d’une régulatrice',
    caller: 'sas',
    method: 'POST',
    path: ACCOUNTS,
    body: account(),
    expected: { status: 201, told: ['Location'], passedOn: relayed('active') },
  },
  {
    name: '39-sas-modification',
    description: 'Nouvelle adresse électronique de la régulatrice : le même compte change',
    caller: 'sas',
    method: 'PUT',
    path: `${ACCOUNTS}?identifier=${REGULATOR}`,
    body: account({ telecom: [{ system: 'email', value: 'nolwenn.lefloch@samu.example' }] }),
    expected: { status: 200, told: ['Location'], passedOn: relayed('active') },
  },
  {
    name: '40-sas-desactivation',
    description: 'Départ de la régulatrice : son compte est désactivé, l’agenda l’apprend aussitôt',
    caller: 'sas',
    method: 'PUT',
    path: `${ACCOUNTS}?identifier=${REGULATOR}`,
    body: account({ active: false }),
    expected: { status: 200, told: ['Location'], passedOn: relayed('inactive') },
  },
];
