/** Scheme UUIDs of XDS metadata (IHE ITI TF-3 §4.2.5), without `urn:uuid:`: those of a document's entry. */
export const DOCUMENT_ENTRY = {
  confidentialityCode: 'f4f85eac-e6cb-4883-b524-f2705394840f',
  typeCode: 'f0306f51-975f-434e-a61c-c59651d33983',
  patientId: '58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  uniqueId: '2e82c1f6-a085-4c72-9da3-8640a32e42ab',
} as const;

/** Those of a submission set, the RegistryPackage that is read. */
export const SUBMISSION_SET = {
  author: 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  patientId: '6b5aea1a-874d-4603-a4bc-96a0a7b38446',
} as const;

/** What tells a folder, the other kind of RegistryPackage. */
export const FOLDER = {
  patientId: 'f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a',
  uniqueId: '75df8f67-9973-4fbe-a900-df66cefecc5a',
} as const;
