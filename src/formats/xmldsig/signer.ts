import type { KeyObject } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';

/** Who signs: the private key of an ORG SIGN certificate, and the certificate that goes with the signature. */
export interface Signer {
  readonly key: KeyObject;
  /** The certificate of the key, PEM. */
  readonly cert: string;
  /** The certificate of the key and those of its authorities, PEM, each followed by its issuer's. */
  readonly chain: readonly string[];
}

/**
 * Node signs with whatever kind of key it is given, and the signature would then be called RSA and be none.
 *
 * @throws GatewayError DMP-020 for a key that is not RSA.
 */
export function assertRsa({ key }: Signer): void {
  if (key.type === 'private' && key.asymmetricKeyType === 'rsa') return;
  throw new GatewayError('DMP-020', {
    detail: 'La clé de signature n’est pas une clé privée RSA.',
    fields: { keyType: key.asymmetricKeyType ?? key.type },
  });
}
