import { referencesOf } from '../references.ts';
import { type FhirResource, type Finding, isObject } from '../resource.ts';
import { listOf, resourceOf } from '../transaction-entries.ts';
import { isResourceType } from '../validation/model.ts';

/** What makes a creation one that depends on what the platform has. */
const CONDITIONS = ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const;
/** `Patient?identifier=…`, also as an absolute URL: the platform would look for it. */
const CONDITIONAL = /^(?:[^?#]*\/)?[A-Za-z]+\?/;

/**
 * What a Bundle of traces asks of the platform, those that it nests too: a trace adds, it reads, changes and deletes nothing
 * (reference fhir-flows §1.2), it is taken whole or not at all, and it has one AuditEvent. Beside the profile, which says
 * nothing of `request` and does not look into what is in none of its slices.
 */
export function checkEntries(bundle: FhirResource): readonly Finding[] {
  const findings: Finding[] = [];
  if (bundle['type'] !== 'transaction') {
    const message = 'Le Bundle est une transaction : tout est créé, ou rien.';
    findings.push(finding('Bundle.type', 'value', message, 'dmi-bundle-transmission-traces#type'));
  }
  let traces = 0;
  const check = (within: FhirResource, path: string, isNested: boolean): void => {
    for (const [index, given] of listOf(within['entry']).entries()) {
      const at = `${path}.entry[${index}]`;
      const entry = isObject(given) ? given : {};
      const resource = resourceOf(entry['resource']);
      if (resource === undefined) {
        findings.push(finding(`${at}.resource`, 'required', 'L’entrée n’a pas de ressource.'));
      }
      // A nested Bundle that is no transaction asks for nothing.
      if (!isNested || entry['request'] !== undefined) {
        findings.push(...checkRequest(entry['request'], resource, `${at}.request`));
      }
      if (resource?.resourceType === 'Bundle') check(resource, `${at}.resource`, true);
      if (resource?.resourceType !== 'AuditEvent') continue;
      traces += 1;
      if (traces > 1) findings.push(finding(at, 'structure', 'Une trace a un seul AuditEvent.', 'dmi-audit'));
    }
  };
  check(bundle, 'Bundle', false);
  return [...findings, ...checkReferences(bundle)];
}

function checkRequest(given: unknown, resource: FhirResource | undefined, path: string): readonly Finding[] {
  const request = isObject(given) ? given : {};
  const findings: Finding[] = [];
  if (request['method'] !== 'POST') {
    const message = 'Chaque entrée du Bundle crée une ressource : la méthode est POST.';
    findings.push(finding(`${path}.method`, 'value', message));
  }
  for (const condition of CONDITIONS) {
    if (request[condition] === undefined) continue;
    const message = 'La création conditionnelle n’est pas prévue par ce flux.';
    findings.push(finding(`${path}.${condition}`, 'not-supported', message));
  }
  if (resource !== undefined && !isPlace(request['url'], resource)) {
    const message = 'L’adresse de la demande n’est pas le type de la ressource.';
    findings.push(finding(`${path}.url`, 'value', message, 'dmi-url'));
  }
  return findings;
}

/** The guide's examples name the profile (`DMIDeviceExample`): by a word that is no other type, nothing is reached. */
function isPlace(url: unknown, { resourceType }: FhirResource): boolean {
  if (url === resourceType) return true;
  return typeof url === 'string' && /^[A-Za-z]+$/.test(url) && !isResourceType(url);
}

function checkReferences(bundle: FhirResource): readonly Finding[] {
  return referencesOf(bundle)
    .filter(({ reference }) => CONDITIONAL.test(reference))
    .map(({ path }) =>
      finding(path, 'not-supported', 'Les références conditionnelles ne sont pas prévues par ce flux.'),
    );
}

function finding(path: string, code: Finding['code'], message: string, rule = 'dmi-post'): Finding {
  return { severity: 'error', code, path, message, rule };
}
