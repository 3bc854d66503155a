import { type CdaSample, cdaSample, PATIENTS } from './kit/cda.ts';

/** The documents of the scenarios: laboratory reports, each in a series of its own. */

function document(series: number, overrides: Partial<CdaSample> = {}): CdaSample {
  const version = overrides.version ?? 1;
  return cdaSample({
    id: documentId(series, version),
    setId: { root: '1.2.250.1.999.1.1', extension: `CR-${series}` },
    version,
    ...overrides,
  });
}

function documentId(series: number, version: number) {
  return { root: '1.2.250.1.999.1.1', extension: `CR-${series}-V${version}` };
}

/** A first report of Claire Morvan. */
export const added = document(1);
/** A PDF in a CDA of level 1; the patient has letters that ISO 8859-1 lacks. */
export const pdfReport = document(2, {
  level: 1,
  patient: PATIENTS.oeuvrard,
  templateId: '1.2.250.1.213.1.1.1.29',
});
/** Replaced by `replacement`, which is deleted in the end. */
export const original = document(3, { patient: PATIENTS.dartagnan });
export const replacement = document(3, {
  patient: PATIENTS.dartagnan,
  version: 2,
  replaces: documentId(3, 1),
});
/** The DPI does not know Ibrahima Diallo. */
export const unknownPatient = document(4, { patient: PATIENTS.diallo });
export const withoutIns = document(5, { patient: PATIENTS.lenoir });
/** The INS of Claire Morvan with another birth date. */
export const otherTraits = document(6, { patient: { ...PATIENTS.morvan, birthTime: '19850615' } });
export const forwarded = document(7);
export const beside = document(8);
/** Replaces a version that nobody has. */
export const ofUnknownVersion = document(9, { version: 4, replaces: documentId(9, 3) });
export const masked = document(10);
/** A second version that names no first. */
export const orphan = document(11, { version: 2 });
export const inBrokenArchive = document(12);
export const ofOnePatient = document(13);
export const ofAnother = document(14, { patient: PATIENTS.dartagnan });

/** The documents of the requests. */

/** Sent to the hospital, then replaced by `corrected`. */
export const reported = document(21);
export const corrected = document(21, { version: 2, replaces: documentId(21, 1) });
/** A PDF in a CDA of level 1, of somebody whom the DPI does not know. */
export const ofStranger = document(23, {
  level: 1,
  patient: PATIENTS.diallo,
  templateId: '1.2.250.1.213.1.1.1.29',
});
export const toNobody = document(24);
export const toPatient = document(25, { patient: PATIENTS.oeuvrard });
/** Claire Morvan's, in a request that names another patient. */
export const misplaced = document(26);

/** The documents of the requests to the DMP: an id there is an OID, without extension. */
function dmpDocument(series: number, overrides: Partial<CdaSample> = {}): CdaSample {
  const version = overrides.version ?? 1;
  const id = dmpDocumentId(series, version);
  return document(series, { id, setId: { root: `1.2.250.1.999.1.1.2026.${series}` }, ...overrides });
}

function dmpDocumentId(series: number, version: number) {
  return { root: `1.2.250.1.999.1.1.2026.${series}.${version}` };
}

/** Deposited, then replaced by `redeposited`, which is deleted in the end. */
export const deposited = dmpDocument(27);
export const redeposited = dmpDocument(27, { version: 2, replaces: dmpDocumentId(27, 1) });
/** Of somebody who has closed the DMP. */
export const toClosedDmp = dmpDocument(30, { patient: PATIENTS.dartagnan });
