import { GatewayError } from '../../errors/gateway-error.ts';
import type { RequestSender } from '../hl7/request-types.ts';
import { DMP_FACILITIES } from '../terminology/dmp-value-sets.ts';
import { type CodedValue, completed } from '../terminology/value-set.ts';
import { submissionAuthor } from '../xdm/submission-author.ts';

/** A structure that may deposit in the DMP (`dmp.structures`). */
export interface ConfiguredStructure {
  /** Struct_IdNat, `1120456789`. */
  readonly id: string;
  /** JDV_J61, `SA01`. */
  readonly sector: string;
}

/** The structure that a VIHF speaks for. */
export interface VihfStructure {
  /** Struct_IdNat. */
  readonly id: string;
  /** JDV_J61. */
  readonly sector: CodedValue;
}

/** A sector of activity (JDV_J61) by its code; undefined for a code that is none. */
export function activitySector(code: string): CodedValue | undefined {
  return completed({ code, system: undefined, display: undefined }, DMP_FACILITIES);
}

/**
 * The structure of PRT-8.10, of those that are configured. It is read from the authorInstitution that the submission has,
 * for the DMP compares the two: a FINESS, SIREN or SIRET by its type (PRT-8.7) has got the digit that makes it national.
 *
 * @throws GatewayError DMP-015 where it is none of them or not given; DMP-017 where the configured sector is not of JDV_J61
 */
export function structureOf(
  sender: RequestSender | undefined,
  structures: readonly ConfiguredStructure[],
): VihfStructure {
  const organization = sender?.organization;
  const { institution = '' } = submissionAuthor({ person: undefined, organization, device: undefined }, []);
  const asked = institution.split('^')[9];
  const found = structures.find(({ id }) => id === asked);
  if (found === undefined) throw new GatewayError('DMP-015', { fields: { given: Boolean(asked) } });
  const sector = activitySector(found.sector);
  if (sector === undefined) {
    throw new GatewayError('DMP-017', {
      detail: 'Le secteur d’activité de la structure (`dmp.structures`) n’est pas un code de JDV_J61.',
    });
  }
  return { id: found.id, sector };
}
