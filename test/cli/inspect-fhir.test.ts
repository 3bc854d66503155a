import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullTrace, minimalTrace } from '../../samples/fhir/dmi/traces.ts';
import { firstTransfer, laterTransfer } from '../../samples/fhir/dui/transfers.ts';
import { interventionParameters } from '../../samples/fhir/renacot/interventions.ts';
import { buildTraceBundle } from '../../src/formats/fhir/dmi/build-bundle.ts';
import { FLUXES } from '../../src/formats/fhir/dmi/fluxes.ts';
import { readTrace } from '../../src/formats/fhir/dmi/trace.ts';
import { parametersOfIntervention } from '../../src/formats/fhir/renacot/read-intervention.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import type { Finding } from '../../src/cli/inspect-finding.ts';
import { called } from './called.ts';
import type { Ended } from './processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-inspect-fhir-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whatever is inspected, none of it may be printed. */
const PATIENT_DATA = /MORVAN|CLAIRE|2850629019042|1985-06-14|19850614/i;

async function inspect(content: unknown, ...words: string[]): Promise<Ended> {
  const path = join(folder, 'demande.json');
  writeFileSync(
    path,
    typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
  );
  const ended = await called(['inspect', path, ...words]);
  expect(ended.stdout + ended.stderr).not.toMatch(PATIENT_DATA);
  expect(ended.stdout).not.toMatch(/undefined|\[object/);
  return ended;
}

async function found(content: unknown): Promise<Finding> {
  const { code, stdout } = await inspect(content, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Finding;
}

function bundleOf(trace: unknown): FhirResource {
  const { trace: read, findings } = readTrace(trace, new Date('2026-03-05T10:05:00+01:00'));
  if (read === undefined) throw new Error(JSON.stringify(findings));
  return buildTraceBundle(read, { newUuid: randomUUID, now: new Date('2026-03-05T10:05:00+01:00') });
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const WHOLE_BUNDLE = bundleOf(fullTrace('7')) as FhirResource & {
  readonly entry: readonly { readonly resource: FhirResource; request?: object }[];
};

const PARAMETERS = interventionParameters('2026-03-01') as FhirResource;

const INTERVENTION = {
  nir: '285062901904262',
  rpps: '10009990017',
  finessGeographique: '999900001',
  dateIntervention: '2026-03-01',
  typeProcedure: 'HANCHE',
  lateralite: 'GAUCHE',
  implants: ['PH_CUPULE', 'PH_TIGE'].map((type, index) => ({
    udi: `(01)03770000000018(10)LOT${index}`,
    lot: `LOT${index}`,
    type,
    fournisseur: 'ARMOR IMPLANTS',
    reference: `AI-${index}`,
  })),
};
const { parameters: FIRST_CONTRACT } = parametersOfIntervention(INTERVENTION, 'procedure');

describe('a trace', () => {
  it.each(FLUXES.map(({ number, name }) => [number, name] as const))(
    'of flux %s is told by it, as simple JSON and as a Bundle',
    async (number, name) => {
      const simple = await found(minimalTrace(number));
      expect([simple.kind, simple.decision, simple.issues]).toEqual(['fhir', 'send', []]);
      expect(simple.facts).toMatchObject({
        Flux: 'DMI',
        'Flux du DMI': `${number} ${name}`,
        'Demandé à la passerelle': 'POST /dmi/traces',
      });
      const whole = await found(bundleOf(minimalTrace(number)));
      expect([whole.decision, whole.issues]).toEqual(['send', []]);
      expect(whole.facts['Flux du DMI']).toContain(`${number} ${name}`);
      expect(whole.facts['Demandé à la passerelle']).toBe('POST /fhir/dmi/Bundle');
    },
  );

  it('is told for a person: what it is, and what would be sent where', async () => {
    const { code, stdout } = await inspect(fullTrace('15'));
    expect(code).toBe(0);
    expect(stdout).toContain('Flux : DMI\nForme : JSON simple de la passerelle\n');
    expect(stdout).toContain('\n  Envoyé à la plateforme : POST [fhir.dmi.url]/Bundle\n');
    expect(stdout).toMatch(/\n {2}Ce qui part : Bundle de \d+ octets : .*1 Patient, .*1 AuditEvent\n/);
    expect(stdout).toContain('\n  Ordre : celui des demandes sur le même patient\n');
    expect(stdout).toContain('\n→ Demande acceptée. Elle est notée au journal, puis envoyée');
  });

  it('that is wrong is refused at the members that are', async () => {
    const trace = { ...fullTrace('15'), occurrence: 'hier', patient: { ins: { matricule: '285' } } };
    const { decision, fault, issues = [], parts } = await found(trace);
    expect([decision, fault?.code, parts]).toEqual(['refuse', 'FHIR-003', []]);
    expect(issues.map(({ severity, path }) => `${severity} ${path}`)).toEqual([
      'error occurrence',
      'error patient.ins.matricule',
    ]);
    const { stdout } = await inspect(trace);
    expect(stdout).toContain('\nConstats\n  erreur : occurrence : ');
    expect(stdout).toContain('\n→ Demande refusée (422) : 2 erreurs. Rien n’est envoyé.\n');
    expect(stdout).toContain(`\n  FHIR-003 : ${CATALOGUE['FHIR-003'].why}\n`);
  });

  it('whose Bundle is wrong is refused at the elements, and may be sent with a warning', async () => {
    const bad = copyOf(WHOLE_BUNDLE);
    const at = bad.entry.findIndex(({ resource }) => resource.resourceType === 'AuditEvent');
    Object.assign(bad.entry[at]?.resource ?? {}, { recorded: 'MORVAN', inconnu: 'x' });
    const { issues = [] } = await found(bad);
    expect(issues.map(({ code, path }) => `${code} ${path}`)).toEqual([
      `structure Bundle.entry[${at}].resource.inconnu`,
      `value Bundle.entry[${at}].resource.recorded`,
    ]);
    const { stdout } = await inspect(bad);
    expect(stdout).toContain('\n  Avec `fhir.dmi.validation: warn`, elle serait envoyée quand même.\n');
    expect(stdout).not.toContain('Envoyé à la plateforme');
  });

  it('without its Bundle is none that the façade takes', async () => {
    const audit = WHOLE_BUNDLE.entry.find(({ resource }) => resource.resourceType === 'AuditEvent')?.resource;
    const { decision, issues, facts } = await found(audit);
    expect([decision, issues?.map(({ path }) => path)]).toEqual(['refuse', ['resourceType']]);
    expect(facts['Événement']).toMatch(/^DEL /);
  });
});

describe('an intervention', () => {
  it.each([
    ['simple JSON', INTERVENTION, undefined, '/renacot/interventions'],
    [
      'today’s contract',
      PARAMETERS,
      'actuel ($associer-implants-registre)',
      '/fhir/renacot/$associer-implants-registre',
    ],
    [
      'the first contract',
      FIRST_CONTRACT,
      'premier ($associer-implants-procedure)',
      '/fhir/renacot/Procedure/$associer-implants-procedure',
    ],
  ])('in %s goes to the registry by today’s contract', async (_, content, contract, path) => {
    const { decision, facts, parts } = await found(content);
    expect(decision).toBe('send');
    expect(facts).toMatchObject({
      Flux: 'RENACOT',
      Prothèse: 'de hanche',
      Implants: '2',
      'Demandé à la passerelle': `POST ${path}`,
    });
    expect(facts['Contrat']).toBe(contract);
    expect(parts[0]?.facts['Envoyé à la plateforme']).toBe(
      'POST [fhir.renacot.url]/$associer-implants-registre',
    );
  });

  it('with a wrong key is sent with a remark, with too few implants refused', async () => {
    const remarked = await found({ ...INTERVENTION, nir: '285062901904263' });
    expect(remarked.decision).toBe('send');
    expect(remarked.issues?.map(({ severity, path }) => `${severity} ${path}`)).toContain('warning nir');
    const refused = await found({ ...INTERVENTION, implants: INTERVENTION.implants.slice(1) });
    expect(refused.decision).toBe('refuse');
    expect(refused.issues?.filter(({ severity }) => severity === 'error').map(({ path }) => path)).toContain(
      'implants',
    );
  });
});

describe('a transfer', () => {
  it('goes to the platform, or comes from another software', async () => {
    const { stdout } = await inspect(firstTransfer(1));
    expect(stdout).toContain('\nContenu : 1 Patient, 1 Organization, 1 Encounter\n');
    expect(stdout).toContain('\n  Envoyé à la plateforme : POST [fhir.dui.url]/\n');
    expect(stdout).toContain('(POST /fhir/dui-consommateur/)');
  });

  it('that refers to earlier ones is told so: here none is known', async () => {
    const { decision, issues, facts } = await found(laterTransfer(2, 'Patient/12', 'Organization/3'));
    expect(decision).toBe('refuse');
    expect(issues?.map(({ path }) => path)).toEqual([
      'Bundle.entry[0].resource.subject',
      'Bundle.entry[0].resource.serviceProvider',
    ]);
    expect(facts['Renvois hors du Bundle']).toMatch(/^2 noms, /);
  });
});

const ACCOUNT = {
  resourceType: 'Practitioner',
  meta: {
    profile: ['https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul'],
    source: 'urn:oid:1.2.250.1.213.3.6',
  },
  identifier: [
    {
      type: { coding: [{ system: 'http://interopsante.org/CodeSystem/v2-0203', code: 'INTRN' }] },
      system: 'urn:oid:1.2.250.1.213.3.6',
      value: '3f1c6e3a-9b0c-4a53-9d57-5f4b8e0a1c11',
    },
  ],
  active: true,
  name: [{ family: 'KERVELLA', given: ['Yann'] }],
  telecom: [{ system: 'email', value: 'yann.kervella@exemple.fr' }],
};

describe('a regulator’s account', () => {
  it('that lacks what the guide wants is refused at each element', async () => {
    const { decision, facts, issues = [] } = await found({ resourceType: 'Practitioner', active: false });
    expect([decision, facts['Compte']]).toEqual(['refuse', 'désactivé (`active` à faux)']);
    expect(issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['Practitioner.meta', 'Practitioner.identifier', 'Practitioner.name']),
    );
  });

  it('is named by nothing of it', async () => {
    const { stdout, code } = await inspect(ACCOUNT);
    expect(code).toBe(0);
    expect(stdout).toContain('Flux : SAS (compte de régulateur)\n');
    expect(stdout).toContain('\nCompte : actif\nIdentifiants : 1\n');
    expect(stdout).not.toMatch(/KERVELLA|exemple\.fr|3f1c6e3a/);
  });
});

describe('what is no demand', () => {
  it.each([
    [
      'an outcome',
      {
        resourceType: 'OperationOutcome',
        issue: [
          {
            severity: 'error',
            code: 'not-found',
            diagnostics: 'MORVAN CLAIRE',
            expression: ['Patient.name'],
          },
        ],
      },
      ['error not-found Patient.name'],
    ],
    [
      'a transaction-response',
      { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '201' } }] },
      [],
    ],
    [
      'the registry’s answer',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'idRegistre', valueString: 'R1' },
          {
            name: 'result',
            resource: {
              resourceType: 'OperationOutcome',
              issue: [{ severity: 'error', code: 'processing', expression: ["name = 'MORVAN'"] }],
            },
          },
        ],
      },
      ['error processing …'],
    ],
  ])('is told without its texts: %s', async (_, content, expected) => {
    const { decision, issues = [], verdict } = await found(content);
    expect(decision).toBeUndefined();
    expect(issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`)).toEqual(expected);
    expect(verdict[0]).toContain('Réponse d’une plateforme');
  });

  it('as a resource that no flow takes alone says which are', async () => {
    const { stdout } = await inspect({ resourceType: 'Patient', name: [{ family: 'MORVAN' }] });
    expect(stdout).toContain('→ Aucun flux ne prend seule une ressource Patient.\n');
    const unknown = await inspect({ resourceType: 'MORVAN' });
    expect(unknown.stdout).toContain('type que FHIR R4 n’a pas');
  });

  it.each([
    ['other JSON', { commande: 12 }],
    ['a list', [{ resourceType: 'Bundle' }]],
  ])('as %s is no file of ours', async (_, content) => {
    const { code, stderr } = await inspect(content);
    expect([code, stderr]).toEqual([2, expect.stringContaining('ni une ressource FHIR, ni une trace')]);
  });
});

describe('what the façade would not even read', () => {
  it.each([
    ['cut off', '{"resourceType":"Bundle",', 400, 'FHIR-001'],
    ['too deep', `{"resourceType":${'['.repeat(100)}${']'.repeat(100)}}`, 413, 'FHIR-002'],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from('{"flux":"'), Buffer.from([0xff]), Buffer.from('"}')]),
      400,
      'FHIR-001',
    ],
    [
      'larger than `fhir.facade.body`',
      `{"resourceType":"Bundle","x":"${'x'.repeat(10 * 1024 * 1024)}"}`,
      413,
      'FHIR-002',
    ],
  ] as const)('is refused as it would be: %s', async (_, content, status, code) => {
    const { decision, fault, verdict } = await found(content);
    expect([decision, fault?.code]).toEqual(['refuse', code]);
    expect(verdict[0]).toBe(`Demande refusée (${status}). Rien n’est envoyé.`);
  });
});
