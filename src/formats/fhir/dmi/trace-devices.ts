import type { Dimensions, Dispositif, Iud, MarquageCe, Mesure, Operateur } from './device-types.ts';
import { list, may, must, type Reader, record, warning, within, finding } from './json-reader.ts';
import { base64, decimal, flag, labelDate, matching, oneOf, text, whole } from './json-values.ts';
import { cited, identifier, key, metadata } from './trace-parties.ts';
import { completedByUdi, contradictedByUdi, isGtin } from './udi.ts';

const iud: Reader<Iud> = record<Iud>({
  id: may(matching(/^[\x21-\x7E]{1,50}$/, 'un IUD-ID de 50 caractères au plus est attendu')),
  hrf: may(text),
  aidc: may(base64),
  saisie: may(oneOf(['code-barres', 'rfid', 'manuelle', 'carte', 'declaree', 'inconnue'])),
  emetteur: may(oneOf(['GS1', 'HIBCC', 'ICCBBA-sang', 'ICCBBA'])),
});

const measure: Reader<Mesure> = record<Mesure>({
  valeur: must(decimal),
  unite: must(matching(/^[\x21-\x7E]{1,30}$/, 'une unité UCUM est attendue (mm, mL, g)')),
});

const dimensions: Reader<Dimensions> = record<Dimensions>({
  volume: may(measure),
  longueur: may(measure),
  calibre: may(measure),
  diametre: may(measure),
  poids: may(measure),
});

const operator: Reader<Operateur> = record<Operateur>({
  nom: may(text),
  entite: may(cited('entites')),
});

const deviceMembers: Reader<Dispositif> = record<Dispositif>({
  cle: must(key),
  iud: may(iud),
  lot: may(text),
  serie: may(text),
  logiciel: may(text),
  fabrication: may(labelDate),
  peremption: may(labelDate),
  identifiants: may(list(identifier)),
  reference: may(text),
  referenceDistributeur: may(identifier),
  fabricant: may(operator),
  distributeur: may(operator),
  modele: may(text),
  nom: may(text),
  emdn: may(matching(/^[A-Z]\d{2,12}$/, 'un code EMDN est attendu (une lettre et 2 à 12 chiffres)')),
  lpp: may(matching(/^\d{7}$/, 'un code LPP de 7 chiffres est attendu')),
  classeRisque: may(oneOf(['I', 'IIa', 'IIb', 'III'])),
  marquageCE: may(record<MarquageCe>({ libelle: must(text), organisme: may(cited('entites')) })),
  usageUnique: may(flag),
  nbReutilisation: may(whole(0)),
  emballageSterile: may(flag),
  sterilisationAvantUtilisation: may(flag),
  implantable: may(flag),
  actif: may(flag),
  latex: may(flag),
  cmr: may(flag),
  irm: may(oneOf(['MR Safe', 'MR Conditional', 'MR Unsafe'])),
  dimensions: may(dimensions),
  metadonnee: may(metadata),
});

/**
 * A device, with what its UDI says. Neither lot nor serial number is a warning: Regulation (EU) 2017/745 wants one, but
 * a request or an order is made before they are known.
 */
export const device: Reader<Dispositif> = (value, path, reading) => {
  const given = deviceMembers(value, path, reading);
  if (given === undefined) return undefined;
  const contradicted = contradictedByUdi(given, reading.year);
  for (const member of contradicted) {
    const message = 'Ce membre contredit l’IUD du même dispositif (iud.hrf).';
    reading.findings.push(finding('business-rule', within(path, member), message));
  }
  if (contradicted.length > 0) return undefined;
  const completed = completedByUdi(given, reading.year);
  if (completed.lot === undefined && completed.serie === undefined) {
    const message =
      'Ni numéro de lot ni numéro de série : le dispositif ne pourra pas être retrouvé par eux.';
    reading.findings.push(warning('business-rule', path, message));
  }
  if (isWrongGtin(completed.iud)) {
    const message = 'La clé de l’IUD-ID (GTIN) est fausse.';
    reading.findings.push(
      warning('value', within(path, given.iud?.id === undefined ? 'iud.hrf' : 'iud.id'), message),
    );
  }
  return completed;
};

function isWrongGtin({ id, emetteur }: Iud = {}): boolean {
  if (id === undefined || (emetteur ?? 'GS1') !== 'GS1') return false;
  return /^\d{14}$/.test(id) ? !isGtin(id) : emetteur === 'GS1';
}
