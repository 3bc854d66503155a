import type { FhirResource } from '../resource.ts';
import { withParts } from './parameter-fields.ts';
import { readParameters } from './read-parameters.ts';
import type { Contract } from './types.ts';
import { type Written, writeParameters } from './write-parameters.ts';

/**
 * The Parameters of one contract by the other one, only where nothing is lost: else the findings name each element that
 * would be. What is of the wanted contract already is given back as it is, the same object, but for groups that are
 * Parameters of their own: their parts are what both contracts' examples have (quirk F14).
 */
export function convertParameters(parameters: FhirResource, to: Contract): Written {
  const { contract, intervention, where, findings } = readParameters(parameters);
  if (contract === to) return { parameters: withParts(parameters), findings: [] };
  if (intervention === undefined) return { parameters: undefined, findings };
  const written = writeParameters(intervention, to, where);
  const isLossless = findings.every(({ severity }) => severity !== 'error');
  return {
    parameters: isLossless ? written.parameters : undefined,
    findings: [...findings, ...written.findings],
  };
}
