import { describe, expect, it } from 'vitest';
import { FLUX_NUMBERS } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { readTrace } from '../../../../src/formats/fhir/dmi/trace.ts';
import { fullTrace, minimalTrace, type SampleTrace } from '../../../../samples/fhir/dmi/traces.ts';
import { NOW, traceOf } from './kit.ts';

/** A copy in which the member at `path` is `value`, or is left out where that is undefined. */
function changed(json: SampleTrace, path: string, value: unknown): unknown {
  const copy = structuredClone(json) as unknown;
  const steps = path.split(/[.[\]]+/).filter(step => step !== '');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy) as Record<
    string,
    unknown
  >;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

type Fault = readonly [what: string, json: unknown, path: string, code: string];

const pose = fullTrace('15');
const faults: readonly Fault[] = [
  ['no object', [], '', 'value'],
  ['null', null, '', 'value'],
  ['unknown flux', changed(pose, 'flux', '29'), 'flux', 'value'],
  ['flux as a number', changed(pose, 'flux', 15), 'flux', 'value'],
  ['no flux', changed(pose, 'flux', undefined), 'flux', 'required'],
  ['no message', changed(pose, 'message', undefined), 'message', 'required'],
  ['blank message', changed(pose, 'message', ' '), 'message', 'value'],
  [
    'message without value',
    changed(pose, 'message', { systeme: 'urn:oid:1.2' }),
    'message.valeur',
    'required',
  ],
  ['system that is no URI', changed(pose, 'message.systeme', 'hopital'), 'message.systeme', 'value'],
  ['unknown member', changed(pose, 'Patient', {}), 'Patient', 'structure'],
  [
    'unknown member below',
    changed(pose, 'dispositifs[0].numeroLot', 'A'),
    'dispositifs[0].numeroLot',
    'structure',
  ],
  ['member with a name of its own', changed(pose, '<x>', 1), '(membre inconnu)', 'structure'],
  ['__proto__', JSON.parse(`{"__proto__":1,${JSON.stringify(pose).slice(1)}`), '__proto__', 'structure'],
  ['null for absent', changed(pose, 'description', null), 'description', 'value'],
  ['text too long', changed(pose, 'description', 'x'.repeat(10_001)), 'description', 'value'],
  ['control character', changed(pose, 'description', 'a\u0007'), 'description', 'value'],
  ['half a surrogate', changed(pose, 'description', 'a\uD800'), 'description', 'value'],
  ['identifier of a resource', changed(pose, 'identifiant', 'a b'), 'identifiant', 'value'],
  ['day for an instant', changed(pose, 'occurrence', '2026-03-05'), 'occurrence', 'value'],
  ['no time zone', changed(pose, 'occurrence', '2026-03-05T10:00:00'), 'occurrence', 'value'],
  ['day of no calendar', changed(pose, 'occurrence', '2026-02-30T10:00:00Z'), 'occurrence', 'value'],
  ['25 o’clock', changed(pose, 'declaration', '2026-03-05T25:00:00Z'), 'declaration', 'value'],
  ['actor of nothing', changed(pose, 'emetteur', {}), 'emetteur.identifiant', 'required'],
  ['actor not listed', changed(pose, 'emetteur.cle', 'bloc-2'), 'emetteur.cle', 'value'],
  ['actor who is a device', changed(pose, 'emetteur.cle', 'stent'), 'emetteur.cle', 'value'],
  ['no receiver', changed(pose, 'recepteur', undefined), 'recepteur', 'required'],
  ['no patient', changed(pose, 'patient', undefined), 'patient', 'required'],
  [
    'patient without identifier',
    changed(minimalTrace('15'), 'patient', { nom: 'A', prenom: 'B' }),
    'patient',
    'value',
  ],
  ['IPP without system', changed(pose, 'patient.ipp', '8000123'), 'patient.ipp.systeme', 'required'],
  [
    'INS of wrong key',
    changed(pose, 'patient.ins.matricule', '285062901904200'),
    'patient.ins.matricule',
    'value',
  ],
  ['INS of another type', changed(pose, 'patient.ins.type', 'INS-C'), 'patient.ins.type', 'value'],
  [
    'name without given name',
    changed(changed(pose, 'patient.prenom', undefined) as SampleTrace, 'patient.prenoms', undefined),
    'patient.prenom',
    'required',
  ],
  ['given name without name', changed(pose, 'patient.nom', undefined), 'patient.nom', 'required'],
  ['birth date', changed(pose, 'patient.naissance', '14/06/1985'), 'patient.naissance', 'value'],
  ['gender', changed(pose, 'patient.sexe', 'female'), 'patient.sexe', 'value'],
  ['commune', changed(pose, 'patient.codeLieuNaissance', 'BREST'), 'patient.codeLieuNaissance', 'value'],
  ['empty address', changed(pose, 'patient.adresses[0]', {}), 'patient.adresses[0]', 'value'],
  ['telecom', changed(pose, 'patient.telecoms[0].canal', 'phone'), 'patient.telecoms[0].canal', 'value'],
  [
    'metadata',
    changed(pose, 'patient.metadonnee.creation', '2026-01-02'),
    'patient.metadonnee.creation',
    'value',
  ],
  ['device without key', changed(pose, 'dispositifs[1].cle', undefined), 'dispositifs[1].cle', 'required'],
  ['key with a blank', changed(pose, 'dispositifs[1].cle', 'a b'), 'dispositifs[1].cle', 'value'],
  ['key taken', changed(pose, 'dispositifs[1].cle', 'stent'), 'dispositifs[1].cle', 'value'],
  ['key taken in another list', changed(pose, 'dispositifs[1].cle', 'bloc'), 'services[0].cle', 'value'],
  ['devices not a list', changed(pose, 'dispositifs', {}), 'dispositifs', 'value'],
  [
    'too many devices',
    changed(
      pose,
      'dispositifs',
      Array.from({ length: 1001 }, () => ({})),
    ),
    'dispositifs',
    'value',
  ],
  ['lot as a number', changed(pose, 'dispositifs[0].lot', 42), 'dispositifs[0].lot', 'value'],
  [
    'lot other than the UDI’s',
    changed(pose, 'dispositifs[0].lot', 'X1'),
    'dispositifs[0].lot',
    'business-rule',
  ],
  [
    'UDI-DI other than the UDI’s',
    changed(pose, 'dispositifs[0].iud.id', '00614141999996'),
    'dispositifs[0].iud.id',
    'business-rule',
  ],
  ['expiry', changed(pose, 'dispositifs[0].peremption', '12/2028'), 'dispositifs[0].peremption', 'value'],
  ['EMDN', changed(pose, 'dispositifs[0].emdn', '0704'), 'dispositifs[0].emdn', 'value'],
  ['LPP', changed(pose, 'dispositifs[0].lpp', '318'), 'dispositifs[0].lpp', 'value'],
  ['AIDC', changed(pose, 'dispositifs[0].iud.aidc', 'é'), 'dispositifs[0].iud.aidc', 'value'],
  ['flag as a number', changed(pose, 'dispositifs[0].actif', 0), 'dispositifs[0].actif', 'value'],
  ['count', changed(pose, 'dispositifs[0].nbReutilisation', 1.5), 'dispositifs[0].nbReutilisation', 'value'],
  [
    'measure',
    changed(pose, 'dispositifs[0].dimensions.poids.valeur', '0,2'),
    'dispositifs[0].dimensions.poids.valeur',
    'value',
  ],
  [
    'manufacturer not listed',
    changed(pose, 'dispositifs[0].fabricant.entite', 'x'),
    'dispositifs[0].fabricant.entite',
    'value',
  ],
  [
    'professional without identifier',
    changed(pose, 'professionnels[0]', { cle: 'chirurgien' }),
    'professionnels[0]',
    'value',
  ],
  ['RPPS', changed(pose, 'professionnels[0].rpps', '810009990017'), 'professionnels[0].rpps', 'value'],
  ['service without name', changed(pose, 'services[1].nom', undefined), 'services[1]', 'value'],
  ['service of no type', changed(pose, 'services[0].type', 'UF'), 'services[0].type', 'value'],
  [
    'identifier of a service without system',
    changed(pose, 'services[0].identifiant', 'UF'),
    'services[0].identifiant.systeme',
    'required',
  ],
  ['SIREN', changed(pose, 'entites[0].siren', '26290000100012'), 'entites[0].siren', 'value'],
  ['no SIREN', changed(pose, 'entites[0].siren', undefined), 'entites[0].siren', 'required'],
  ['entity without name', changed(pose, 'entites[1].nom', undefined), 'entites[1].nom', 'required'],
  ['no content', changed(pose, 'intervention', undefined), 'intervention', 'required'],
  [
    'content of another flux',
    changed(pose, 'facture', fullTrace('18')['facture']),
    'facture',
    'business-rule',
  ],
  ['event of another flux', changed(pose, 'evenement', 'ECH'), 'evenement', 'business-rule'],
  ['event of no nomenclature', changed(pose, 'evenement', 'XXX'), 'evenement', 'value'],
  ['event not chosen', changed(fullTrace('5e'), 'evenement', undefined), 'evenement', 'required'],
  ['event not chosen, generic', changed(fullTrace('22'), 'evenement', undefined), 'evenement', 'required'],
  [
    'deletion said by the event alone',
    changed(fullTrace('1c'), 'evenement', 'SDM'),
    'evenement',
    'business-rule',
  ],
  [
    'device cited that is a service',
    changed(pose, 'intervention.dispositif', 'bloc'),
    'intervention.dispositif',
    'value',
  ],
  [
    'place',
    changed(pose, 'intervention.emplacement', { systeme: 'urn:oid:1.2' }),
    'intervention.emplacement',
    'value',
  ],
  [
    'implantation that failed',
    changed(pose, 'intervention.conforme', false),
    'intervention.conforme',
    'business-rule',
  ],
  [
    'failure that did not happen',
    changed(fullTrace('14'), 'intervention.conforme', true),
    'intervention.conforme',
    'business-rule',
  ],
  [
    'reason without failure',
    changed(pose, 'intervention.motifEchec', 'x'),
    'intervention.motifEchec',
    'business-rule',
  ],
  [
    'delivery that was refused',
    changed(fullTrace('5'), 'livraison.conforme', false),
    'livraison.conforme',
    'business-rule',
  ],
  [
    'line that was refused',
    changed(fullTrace('5'), 'livraison.lignes[1].conforme', false),
    'livraison.lignes[1].conforme',
    'business-rule',
  ],
  [
    'rejection of nothing',
    changed(fullTrace('5e'), 'receptionUnitaire.conforme', true),
    'receptionUnitaire.conforme',
    'business-rule',
  ],
  [
    'reception that was refused',
    changed(fullTrace('12'), 'receptionService.lignes[0].conforme', false),
    'receptionService.lignes[0].conforme',
    'business-rule',
  ],
  ['no line', changed(fullTrace('27'), 'commande.lignes', []), 'commande.lignes', 'value'],
  ['quantity 0', changed(fullTrace('27'), 'commande.quantiteTotale', 0), 'commande.quantiteTotale', 'value'],
  [
    'line without device',
    changed(fullTrace('6a'), 'delivrance.lignes[1].dispositif', undefined),
    'delivrance.lignes[1].dispositif',
    'required',
  ],
  ['amount', changed(fullTrace('18'), 'facture.montantTotal', '12'), 'facture.montantTotal', 'value'],
  ['currency', changed(fullTrace('18'), 'facture.devise', '€'), 'facture.devise', 'value'],
  [
    'day of purchase',
    changed(fullTrace('18'), 'facture.lignes[0].dateAchat', '2026-13-01'),
    'facture.lignes[0].dateAchat',
    'value',
  ],
  ['unstructured content', changed(pose, 'nonStructure.contenu', 'a b='), 'nonStructure.contenu', 'value'],
];

describe('a trace that is wrong in one way', () => {
  it.each(faults)('%s', (_, json, path, code) => {
    const { trace, findings } = readTrace(json, NOW);
    expect(trace).toBeUndefined();
    expect(findings.map(each => [each.severity, each.code, each.path])).toEqual([['error', code, path]]);
  });

  it('is told without any of its values', () => {
    const messages = faults.flatMap(([, json]) =>
      readTrace(json, NOW).findings.map(({ message }) => message),
    );
    const values = ['MORVAN', 'CLAIRE', '2850629', '8000123', 'LOT42', 'X1', 'KERVELLA', 'BREST'];
    expect(messages.filter(message => values.some(value => message.includes(value)))).toEqual([]);
  });

  it('is told in bounds', () => {
    const unknown = Array.from({ length: 100_000 }, (_, index) => [`m${index}`, 1]);
    expect(readTrace({ ...pose, ...Object.fromEntries(unknown) }, NOW).findings).toHaveLength(200);
  });

  it('all faults are told at once', () => {
    const json = changed(changed(pose, 'flux', '29') as SampleTrace, 'dispositifs[0].emdn', '');
    expect(readTrace(json, NOW).findings.map(({ path }) => path)).toEqual(['flux', 'dispositifs[0].emdn']);
  });
});

describe('a trace that may be sent', () => {
  it.each(FLUX_NUMBERS)('of flux %s', number => {
    expect(readTrace(fullTrace(number), NOW).findings).toEqual([]);
    expect(readTrace(minimalTrace(number), NOW).findings).toEqual([]);
  });

  it.each([
    [
      'neither lot nor serial number',
      changed(minimalTrace('15'), 'dispositifs[0].serie', undefined),
      'dispositifs[0]',
    ],
    ['GTIN of wrong key', changed(pose, 'dispositifs[1].iud.id', '03701234567892'), 'dispositifs[1].iud.id'],
    ['declared before it happened', changed(pose, 'declaration', '2026-03-05T08:59:59Z'), 'declaration'],
  ])('with a warning: %s', (_, json, path) => {
    const { trace, findings } = readTrace(json, NOW);
    expect(trace).toBeDefined();
    expect(findings.map(each => [each.severity, each.path])).toEqual([['warning', path]]);
  });

  it('may hold one line that is as it should be beside a refused one', () => {
    const json = changed(fullTrace('28'), 'receptionService.lignes[1].conforme', true);
    expect(readTrace(json, NOW).findings).toEqual([]);
  });

  it('has the event that its flux leaves no choice of', () => {
    expect(traceOf(fullTrace('18')).evenement).toBe('AUT');
    expect(traceOf(fullTrace('1c')).evenement).toBe('DEM');
    expect(traceOf(changed(fullTrace('1c'), 'demande.suppression', true)).evenement).toBe('SDM');
  });

  it('writes a plain text as an identifier or concept', () => {
    const trace = traceOf(minimalTrace('15'));
    expect(trace.message).toEqual({ valeur: 'MSG-15' });
    expect(trace.contenu?.valeur).toMatchObject({ emplacement: { libelle: 'Hanche droite' } });
  });
});
