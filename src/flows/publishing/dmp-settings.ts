import type { Automate } from '../../formats/vihf/vihf-subject.ts';
import type { Professionals } from '../../formats/vihf/professionals.ts';
import type { ConfiguredStructure } from '../../formats/vihf/vihf-structure.ts';
import type { DigestAlgorithm } from '../../formats/xmldsig/algorithms.ts';
import type { Signer } from '../../formats/xmldsig/signer.ts';

/** What the flows need of the configuration to speak to the DMP; the composition root makes it. Sizes are bytes. */
export interface DmpSettings {
  readonly environment: 'test' | 'production';
  readonly signer: Signer;
  /** Distinguished name of the signer's certificate, as the VIHF has it. */
  readonly issuer: string;
  readonly digest: DigestAlgorithm;
  readonly software: { readonly name: string; readonly version: string; readonly approval: string };
  readonly oid: { readonly source: string; readonly root: string };
  readonly structures: readonly (ConfiguredStructure & { readonly name: string })[];
  readonly professionals: Professionals;
  readonly automate: Automate;
  readonly vihf: {
    readonly version: string;
    readonly modeAttribute: string;
    readonly authnContext: string;
    readonly secretConnection: string | undefined;
  };
  readonly maxDocument: number;
}
