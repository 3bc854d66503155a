/** The digests that a setting may name: the DMP's examples show SHA-1 only, and nothing public says that it takes SHA-256. */
export type DigestAlgorithm = 'sha1' | 'sha256';

export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';

/** Canonical XML 1.0, comments included. */
export const C14N_WITH_COMMENTS = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';

export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export const DIGEST_METHODS: Readonly<Record<DigestAlgorithm, string>> = {
  sha1: `${XMLDSIG}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
};

/** RSASSA-PKCS1-v1_5 with each digest (RFC 4051): the same bytes give the same signature. */
export const SIGNATURE_METHODS: Readonly<Record<DigestAlgorithm, string>> = {
  sha1: `${XMLDSIG}rsa-sha1`,
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
};
