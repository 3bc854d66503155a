/** The parts of an invented CDA header, each an XML text that a test may replace. */
export interface CdaParts {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly identifiers: string;
  readonly name: string;
  readonly patientRest: string;
  readonly recordTargetRest: string;
  readonly rest: string;
  readonly body: string;
}

export const PARTS: CdaParts = {
  id: '<id root="1.2.250.1.999.7" extension="CR-2026-41"/>',
  code: `<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="CR d'examens biologiques"/>`,
  title: '<title>Compte rendu\n    d&#39;analyses</title>',
  identifiers: `<id root="1.2.250.1.213.1.4.10" extension="260058815400233"/>
      <id root="1.2.250.1.999.2" extension="IPP0042" assigningAuthorityName="CHU des Essais"/>`,
  name: `<name><family qualifier="BR">D&#39;ARGOAT</family><given>Maëlle Anne</given>
        <given qualifier="BR">Maëlle</given><family qualifier="CL">KERVELLA</family><given qualifier="CL">Anne</given></name>`,
  patientRest: `<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="20600501"/>
      <birthplace><place><addr><county>88154</county><city>ESSEGNEY</city></addr></place></birthplace>`,
  recordTargetRest: '',
  rest: `<author><functionCode code="PCP" codeSystem="2.16.840.1.113883.5.88" displayName="Médecin traitant"/><time value="20261104"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700000012"/>
      <code code="G15_10/SM03" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Biologie médicale"/>
      <assignedPerson><name><given>Yann</given><family>LE GOFF</family><suffix>DR</suffix></name></assignedPerson>
      <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000001"/><name>Laboratoire du Menhir</name></representedOrganization>
    </assignedAuthor></author>
    <custodian><assignedCustodian><representedCustodianOrganization>
      <id root="1.2.250.1.71.4.2.2" extension="1990000001"/><name>Laboratoire du Menhir</name>
    </representedCustodianOrganization></assignedCustodian></custodian>
    <legalAuthenticator><time value="20261104"/><signatureCode code="S"/><assignedEntity>
      <id root="1.2.250.1.71.4.2.1" extension="899700000038"/>
      <assignedPerson><name><given>Maud</given><family>TANGUY</family></name></assignedPerson>
    </assignedEntity></legalAuthenticator>
    <documentationOf><serviceEvent>
      <code code="18725-2" codeSystem="2.16.840.1.113883.6.1" displayName="Microbiologie">
        <translation code="MB" codeSystem="1.2.250.1.999.9" displayName="Microbio"/><translation nullFlavor="UNK"/></code>
      <effectiveTime><low value="20261103090000+0100"/><high value="20261104093000+0100"/></effectiveTime>
      <performer typeCode="PRF"><assignedEntity><id nullFlavor="UNK"/><representedOrganization>
        <standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/>
      </representedOrganization></assignedEntity></performer>
    </serviceEvent></documentationOf>
    <documentationOf><serviceEvent><effectiveTime value="20261103"/></serviceEvent></documentationOf>
    <relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.7" extension="CR-2026-40"/></parentDocument></relatedDocument>
    <componentOf><encompassingEncounter><id root="1.2.250.1.999.3" extension="V9"/>
      <effectiveTime><low value="20261103080000+0100"/><high value="20261104"/></effectiveTime>
      <location><healthCareFacility><code code="SA25" codeSystem="1.2.250.1.71.4.2.4" displayName="Laboratoire de biologie médicale"/></healthCareFacility></location></encompassingEncounter></componentOf>`,
  body: '<component><nonXMLBody><text mediaType="application/pdf" representation="B64">SGVsbG8=</text></nonXMLBody></component>',
};

/** What stands inside ClinicalDocument. */
export function cdaContent(parts: Partial<CdaParts> = {}): string {
  const part = { ...PARTS, ...parts };
  return `
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  ${part.id}
  ${part.code}
  ${part.title}
  <effectiveTime value="20261104101500+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.250.1.999.8" extension="CR-2026"/>
  <versionNumber value="2"/>
  <recordTarget><patientRole>
      ${part.identifiers}
      <patient>${part.name}${part.patientRest}</patient>
  </patientRole></recordTarget>${part.recordTargetRest}
  ${part.rest}
  ${part.body}
`;
}

/** A CDA document as a text, default namespace. */
export function cdaText(parts: Partial<CdaParts> = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="../l'affichage/CDA.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc">${cdaContent(parts)}</ClinicalDocument>
`;
}

/** A CDA document as UTF-8 bytes. */
export function cdaBytes(parts: Partial<CdaParts> = {}): Uint8Array {
  return Buffer.from(cdaText(parts));
}
