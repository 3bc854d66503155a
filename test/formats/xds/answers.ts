/** Answers of a DMP, and what is read in them. */

export const SOAP_1_1 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_1_2 = 'http://www.w3.org/2003/05/soap-envelope';
const EBXML = 'urn:oasis:names:tc:ebxml-regrep';
const NAMES = `xmlns:rs="${EBXML}:xsd:rs:3.0" xmlns:query="${EBXML}:xsd:query:3.0" xmlns:rim="${EBXML}:xsd:rim:3.0"`;
export const SUCCESS = `${EBXML}:ResponseStatusType:Success`;
export const FAILURE = `${EBXML}:ResponseStatusType:Failure`;
export const PARTIAL = 'urn:ihe:iti:2007:ResponseStatusType:PartialSuccess';
export const ENTRY = 'urn:uuid:b2632452-1de7-480d-94b1-c2074d79c871';
export const OTHER = 'urn:uuid:0A632452-1DE7-480D-94B1-C2074D79C871';

export const enveloped = (content: string, soap = SOAP_1_2) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="${soap}"><S:Header><Action xmlns="http://www.w3.org/2005/08/addressing">urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse</Action></S:Header><S:Body>${content}</S:Body></S:Envelope>`,
  );
export const response = (status: string, ...errors: readonly string[]) => {
  const list = `<rs:RegistryErrorList highestSeverity="${EBXML}:ErrorSeverityType:Error">${errors.join('')}</rs:RegistryErrorList>`;
  return `<rs:RegistryResponse ${NAMES} status="${status}">${errors.length === 0 ? '' : list}</rs:RegistryResponse>`;
};
export const problem = (code: string, severity = 'Error') =>
  `<rs:RegistryError errorCode="${code}" codeContext="of ${code}" severity="${EBXML}:ErrorSeverityType:${severity}" location=""/>`;
export const query = (status: string, list: string) =>
  `<query:AdhocQueryResponse ${NAMES} status="${status}">${list}</query:AdhocQueryResponse>`;
export const refs = (...ids: readonly string[]) =>
  `<rim:RegistryObjectList>${ids.map(id => `<rim:ObjectRef id="${id}"/>`).join('')}</rim:RegistryObjectList>`;
export const error = (code: string) => ({ code, context: `of ${code}`, severity: 'error' });
export const warning = (code: string) => ({ code, context: `of ${code}`, severity: 'warning' });
export const fault12 = (code: string, reason: string) =>
  enveloped(
    `<S:Fault><S:Code>${code}</S:Code><S:Reason><S:Text xml:lang="fr">${reason}</S:Text></S:Reason><S:Detail><any>more</any></S:Detail></S:Fault>`,
  );
export const fault11 = (code: string, reason: string) =>
  enveloped(
    `<S:Fault><faultcode>${code}</faultcode><faultstring>${reason}</faultstring></S:Fault>`,
    SOAP_1_1,
  );
