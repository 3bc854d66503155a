/**
 * The status with which a transaction is answered: 201 until 2.0.0-ballot, whose text calls it a create, 200 since
 * 2.0.0 (guide of ans.fhir.fr.tddui, correction of flux 1).
 *
 * @param contract version of the guide: `2.0.0-ballot`, `2.1.0`
 */
export function statusByContract(contract: string): 200 | 201 {
  const [, major = '0', preRelease] = /^(\d+)\.\d+\.\d+(-.+)?$/.exec(contract) ?? [];
  const isBefore = Number(major) < 2 || (contract.startsWith('2.0.0') && preRelease !== undefined);
  return isBefore ? 201 : 200;
}
