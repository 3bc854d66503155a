const IHE = 'urn:ihe:iti:2007';

/** What the DMP does by indirect authentication: ITI-41 (TD2.1), ITI-18 (TD3.1b), ITI-57 (TD3.3c). */
export const TRANSACTIONS = {
  submit: {
    service: 'repository',
    action: `${IHE}:ProvideAndRegisterDocumentSet-b`,
    answer: `${IHE}:ProvideAndRegisterDocumentSet-bResponse`,
    body: 'xdsb:ProvideAndRegisterDocumentSetRequest',
  },
  query: {
    service: 'registry',
    action: `${IHE}:RegistryStoredQuery`,
    answer: `${IHE}:RegistryStoredQueryResponse`,
    body: 'query:AdhocQueryRequest',
  },
  update: {
    service: 'registry',
    action: 'urn:ihe:iti:2010:UpdateDocumentSet',
    // With a hyphen: the WSDL of the DMP; IHE writes UpdateDocumentSetResponse.
    answer: 'urn:ihe:iti:2010:UpdateDocumentSet-Response',
    body: 'lcm:SubmitObjectsRequest',
  },
} as const;

export type Transaction = keyof typeof TRANSACTIONS;
export type Service = (typeof TRANSACTIONS)[Transaction]['service'];

/** The transaction of a WS-Addressing action. */
export function transactionOf(action: string): Transaction | undefined {
  return (Object.keys(TRANSACTIONS) as Transaction[]).find(name => TRANSACTIONS[name].action === action);
}
