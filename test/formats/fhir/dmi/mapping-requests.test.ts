import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../../src/formats/fhir/dmi/event-types.ts';
import { FLUX_NUMBERS, fluxNumbered } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { fullTrace } from '../../../../samples/fhir/dmi/traces.ts';
import { auditOf, bundleOf, fullBundle, mismatches, paragraphs, partsOf, valueAt } from './kit.ts';

const R254 = 'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement';
const MALFORMED = `${R254}/TRE_R254-TypeEvenement-FHIR`;

describe('AuditEvent (flux 22)', () => {
  it.each(FLUX_NUMBERS)('of flux %s', number => {
    const bundle = fullBundle(number);
    const { events, conforming } = fluxNumbered(number);
    const sent = fullTrace(number)['evenement'] ?? (events.length === 1 ? events[0] : 'DEM');
    expect(
      mismatches(bundle, auditOf(bundle), [
        ['Trace.identifiant', 'id', `trace-${number}`],
        ['SourceTrace.identifiant', 'source.observer.identifier.value', 'LOGICIEL-1'],
        ['SourceTrace (nom)', 'source.observer.display', 'Logiciel A'],
        ['typeEvenement', 'type.code', sent],
        ['typeEvenement (système)', 'type.system', R254],
        ['typeEvenement (libellé)', 'type.display', EVENT_TYPES[sent as keyof typeof EVENT_TYPES]],
        ['sousTypeEvenement', 'subtype', undefined],
        ['occurence', 'period.start', '2026-03-05T10:00:00+01:00'],
        ['declaration', 'recorded', '2026-03-05T10:05:00.250+01:00'],
        ['description', 'outcomeDesc', `Trace du flux ${number}`],
        ['issue', 'outcome', conforming === false ? '4' : '0'],
        ['ActeurEvenement 1', 'agent[0].who.reference', 'Organization Bloc opératoire'],
        ['ActeurEvenement 1 (rôle)', 'agent[0].role[0].coding[0].code', '110153'],
        ['ActeurEvenement 1 (demandeur)', 'agent[0].requestor', true],
        ['ActeurEvenement 2', 'agent[1].who.identifier.value', 'PUI'],
        ['ActeurEvenement 2 (nom)', 'agent[1].who.display', 'Pharmacie'],
        ['ActeurEvenement 2 (rôle)', 'agent[1].role[0].coding[0].code', '110152'],
        ['ActeurEvenement 2 (demandeur)', 'agent[1].requestor', false],
        ['ObjetEvenement 1', 'entity[0].type.display', 'Structuré'],
        ['ObjetEvenement 2', 'entity[1].type.display', 'Non structuré'],
        ['ObjetEvenement 2 (type)', 'entity[1].detail[0].type', 'application/pdf'],
        ['ObjetEvenement 2 (contenu)', 'entity[1].detail[0].valueBase64Binary', 'JVBERi0xLjQK'],
        ['au plus deux objets', 'entity[2]', undefined],
      ]),
    ).toEqual([]);
  });
});

describe('demande (flux 1c)', () => {
  it('has its header and lines', () => {
    const bundle = fullBundle('1c');
    const [header, first, second] = partsOf(bundle);
    expect(
      mismatches(bundle, header, [
        ['reference', 'identifier[0].value', 'DEM-1'],
        ['natureDemande', 'category.text', 'Demande interne'],
        ['natureDemande (code)', 'category.coding[0].code', 'INT'],
        ['quantiteTotale', 'quantity.value', 2],
        ['dateDem', 'authoredOn', '2026-03-01T08:00:00+01:00'],
        ['supprDemande', 'status', 'active'],
        ['infoCompl', 'text.div', paragraphs('Pour l’intervention du 5 mars')],
        ['typeEvenement', 'itemCodeableConcept.coding[0].code', 'DEM'],
        ['typeEvenement (système)', 'itemCodeableConcept.coding[0].system', R254],
        ['metadonnee', 'meta.lastUpdated', '2026-03-01T08:01:00+01:00'],
        ['Professionnel', 'requester.reference', 'Practitioner KERVELLA'],
        ['OrganisationInterne', 'deliverTo.reference', 'Organization Bloc opératoire'],
      ]),
    ).toEqual([]);
    expect(
      mismatches(bundle, first, [
        ['IdLigneAssocieeEntete', 'groupIdentifier.value', 'DEM-1-L'],
        ['EnteteDemandeAssociee', 'basedOn[0].reference', 'SupplyRequest DEM-1'],
        ['DispositifMedical', 'subject.reference', 'Device LOT42'],
        ['TypeLigneDemande', 'intent', 'order'],
        ['dateUtilisation', 'occurrenceDateTime', '2026-03-05'],
        ['NomDispositifDemande', 'codeCodeableConcept.text', 'Stent actif 3,5 mm'],
        ['metadonnee', 'meta.tag[0].code', 'LIGNE-1'],
      ]),
    ).toEqual([]);
    expect(
      mismatches(bundle, second, [
        ['DispositifMedical', 'subject.reference', 'Device LOT43'],
        ['dateUtilisation', 'occurrenceDateTime', undefined],
      ]),
    ).toEqual([]);
  });

  it('is cancelled when it is deleted', () => {
    const json = fullTrace('1c');
    const demande = { ...(json['demande'] as object), suppression: true, motifSuppression: 'Report' };
    const bundle = bundleOf({ ...json, demande });
    const [header] = partsOf(bundle);
    expect(valueAt(auditOf(bundle), 'type.code')).toBe('SDM');
    expect(
      mismatches(bundle, header, [
        ['supprDemande', 'status', 'cancelled'],
        ['motifSuppr', 'text.div', paragraphs('Report', 'Pour l’intervention du 5 mars')],
        ['motifSuppr (nature)', 'text.status', 'additional'],
        ['typeEvenement', 'itemCodeableConcept.coding[0].code', 'SDM'],
      ]),
    ).toEqual([]);
  });
});

it('réponse (flux 2a) has its header and details', () => {
  const bundle = fullBundle('2a');
  const [header, detail] = partsOf(bundle);
  expect(
    mismatches(bundle, header, [
      ['reference', 'identifier[0].value', 'DEM-1'],
      ['dateDem', 'authoredOn', '2026-03-01'],
      ['quantiteTotale', 'quantity.value', 2],
      ['infoCompl', 'text.div', paragraphs('Disponible &amp; livré &lt;demain&gt;')],
      ['typeEvenement', 'itemCodeableConcept.coding[0].code', 'REP'],
      ['typeEvenement (système)', 'itemCodeableConcept.coding[0].system', R254],
      ['metadonnee', 'meta.tag[0].display', 'Réponse partielle'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, detail, [
      ['idDetailReponseAssocieEnteteReponse', 'groupIdentifier.value', 'DEM-1-R'],
      ['EnteteReponseAssociee', 'basedOn[0].reference', 'SupplyRequest DEM-1'],
      ['NomDispositifDemande', 'codeCodeableConcept.text', 'Stent actif 3,5 mm'],
      ['TypeDetailReponse', 'intent', 'order'],
      ['dateDelivrance', 'occurrenceDateTime', '2026-03-04'],
      ['DispositifMedical', 'subject.reference', 'Device LOT42'],
      ['metadonnee', 'meta.extension[0].valueInstant', '2026-03-01T09:00:00+01:00'],
    ]),
  ).toEqual([]);
});

it.each(['27', '16a'] as const)('commande (flux %s) has its header and lines', number => {
  const bundle = fullBundle(number);
  const [header, line] = partsOf(bundle);
  expect(
    mismatches(bundle, header, [
      ['refCommande', 'identifier[0].value', 'CMD-9'],
      ['type', 'category.text', 'Dépôt-vente'],
      ['quantiteTotale', 'quantity.value', 5],
      ['date', 'authoredOn', '2026-03-02T11:00:00+01:00'],
      ['typeEvenement', 'itemCodeableConcept.coding[0].code', 'CDM'],
      ['typeEvenement (système)', 'itemCodeableConcept.coding[0].system', MALFORMED],
      ['metadonnee', 'meta.tag[0].code', 'C-9'],
      ['OrganisationInterne', 'deliverTo.reference', 'Organization Pharmacie à usage intérieur'],
      ['Professionnel', 'requester.reference', 'Practitioner KERVELLA'],
    ]),
  ).toEqual([]);
  expect(
    mismatches(bundle, line, [
      ['IdLigneAssocieeEnteteCommande', 'groupIdentifier.value', 'CMD-9-L'],
      ['EnteteCommandeAssociee', 'basedOn[0].reference', 'SupplyRequest CMD-9'],
      ['DispositifMedical', 'subject.reference', 'Device LOT42'],
      ['DispositifCommande', 'codeReference.reference', 'Device LOT43'],
      ['TypeLigneCommande', 'intent', 'order'],
      ['dateUtilisation', 'occurrenceDateTime', '2026-03-05'],
      ['metadonnee', 'meta.tag[0].code', 'C-9-1'],
    ]),
  ).toEqual([]);
});
