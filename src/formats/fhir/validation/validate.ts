import { isError } from '../operation-outcome.ts';
import { type FhirResource, type Finding, isObject, isResource, MAX_DEPTH } from '../resource.ts';
import type { RuleSet } from '../rules/types.ts';
import { type Node, profileAt, treesOf } from './compile.ts';
import { checkContained } from './contained.ts';
import { isDeeper } from './depth.ts';
import { checkAsNode, checkAsR4 } from './element.ts';
import { factsOf } from './facts.ts';
import type { Item } from './items.ts';
import { isResourceType } from './model.ts';
import {
  COST_OF_VERDICT,
  isFull,
  newSession,
  nothingFound,
  report,
  reportBase,
  reportRule,
  type Scope,
  type Session,
} from './session.ts';
import { withoutVersion } from './snapshot.ts';
import { type Resources, type Walk, walkObject } from './walk.ts';

const RESOURCES: Resources = { check: checkInner, follows: followsInner };

/**
 * Holds a resource against a profile (canonical URL) of a rule set, against those that it declares itself in `meta.profile`,
 * and the resources in it against theirs: declared, or else, unless they are contained, of the profiles of their type the one
 * that they follow best. Value sets, profiles and discriminators that are not at hand are not checked. At most some 200 errors
 * and 200 warnings are told.
 *
 * @returns findings in the order of the resource; nothing of severity `error` means that it is valid
 */
export function validate(resource: FhirResource, rules: RuleSet, profile: string): Finding[] {
  const type = resource.resourceType;
  const path = isResourceType(type) ? type : 'Resource';
  const expected = profileAt(profile, rules);
  if (expected === undefined) return [error('not-supported', path, 'Le profil n’est pas connu.')];
  if (isDeeper(resource, MAX_DEPTH)) return [error('not-supported', path, 'La ressource est trop profonde.')];
  if (expected.type !== type)
    return [error('structure', expected.type, `Une ressource ${expected.type} est attendue.`)];
  const session = newSession(rules);
  const profiles = [...new Set([profile, ...declaredBy(resource, rules)])];
  return distinct(verdictOf(resource, profiles, path, undefined, undefined, session));
}

function error(code: Finding['code'], path: string, message: string): Finding {
  return { severity: 'error', code, path, message, rule: 'R4' };
}

/** What is wrong with one resource held against profiles; known from the first time it was asked. */
function verdictOf(
  resource: FhirResource,
  profiles: readonly string[],
  path: string,
  outer: Scope | undefined,
  container: FhirResource | undefined,
  session: Session,
): readonly Finding[] {
  const key = [path, ...profiles].join(' ');
  const known = session.verdicts.get(key);
  if (known !== undefined) return known;
  if (session.budget.left <= 0)
    return [error('not-supported', path, 'L’envoi a trop de ressources pour être vérifié.')];
  session.budget.left -= COST_OF_VERDICT;
  const scope: Scope = { resource, root: container ?? resource, outer, found: nothingFound() };
  checkResource(resource, profiles, path, { session, scope, resources: RESOURCES });
  session.verdicts.set(key, scope.found.findings);
  return scope.found.findings;
}

function checkResource(resource: FhirResource, profiles: readonly string[], path: string, walk: Walk): void {
  const { session, scope } = walk;
  const type = resource.resourceType;
  if (!isResourceType(type)) {
    reportBase(scope, 'structure', path, 'Cette sorte de ressource n’existe pas en FHIR R4.');
    return;
  }
  const nodes = profiles.flatMap(profile => treesOf(profile, session.rules));
  const child = { name: type, slot: type, type, below: type, targets: undefined };
  const item: Item = { value: resource, extra: undefined, child, path };
  walkObject(resource, type, nodes, path, walk);
  if (isFull(scope, 'error')) return;
  checkContained(resource, path, scope);
  checkAsR4(item, [factsOf(type, session.rules).of('')], type, session, scope);
  for (const node of nodes) checkAsNode(item, node, type, session, scope);
}

/** A resource inside another: held against the profiles that its element has for it, or else against its own. */
function checkInner(item: Item, nodes: readonly Node[], walk: Walk): void {
  const { value, path } = item;
  if (!isResource(value)) {
    reportBase(walk.scope, 'structure', path, 'Une ressource FHIR est attendue.');
    return;
  }
  const container = item.child.name === 'contained' ? walk.scope.root : undefined;
  if (isOfUnknown(value, walk.session.rules)) report(walk.scope, unknownProfile(path));
  const profiles = new Set(profilesOf(value, path, container, walk));
  for (const node of nodes) {
    const { types } = node.rule;
    const named = types?.find(({ code }) => code === value.resourceType)?.profiles ?? [];
    const [first] = named;
    if (first !== undefined && !named.some(each => profiles.has(each))) profiles.add(first);
    if (types?.some(({ code }) => code === value.resourceType || code === 'Resource') === false)
      reportRule(walk.scope, node, 'structure', path, 'Le profil n’admet pas cette sorte de ressource ici.');
  }
  for (const finding of verdictOf(value, [...profiles], path, walk.scope, container, walk.session))
    report(walk.scope, finding);
}

/** Whether a resource is of one of the profiles that a slice is of. */
function followsInner(resource: unknown, profiles: readonly string[], path: string, walk: Walk): boolean {
  return (
    isResource(resource) && profilesOf(resource, path, undefined, walk).some(each => profiles.includes(each))
  );
}

/**
 * The profiles that a resource is of: those that it declares, or else, of those of its type, the one with the fewest errors.
 * The official validator leaves a resource that follows none in no slice, and such a slice may be empty: then nothing would
 * be said of it (quirk F19). A contained resource is of those that it declares alone: it says no more than its container
 * needs, and no guide constrains it (quirk F38).
 */
function profilesOf(
  resource: FhirResource,
  path: string,
  container: FhirResource | undefined,
  { scope, session }: Walk,
): readonly string[] {
  const known = session.resolved.get(path);
  if (known !== undefined) return known;
  const declared = declaredBy(resource, session.rules);
  const isSettled = declared.length > 0 || container !== undefined;
  const profiles = isSettled ? declared : undeclared(resource, path, scope, session);
  session.resolved.set(path, profiles);
  return profiles;
}

/** What says that it is of a profile that nobody here knows is of the flow's only where it breaks none of its rules (quirk F37). */
function undeclared(resource: FhirResource, path: string, outer: Scope, session: Session): readonly string[] {
  const best = bestOf(resource, path, outer, session);
  if (!isOfUnknown(resource, session.rules)) return best;
  return verdictOf(resource, best, path, outer, undefined, session).some(isError) ? [] : best;
}

function bestOf(resource: FhirResource, path: string, outer: Scope, session: Session): readonly string[] {
  const candidates = profilesOfType(resource.resourceType, session.rules);
  if (candidates.length < 2) return candidates;
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const errors = verdictOf(resource, [candidate], path, outer, undefined, session).filter(isError).length;
    if (errors < fewest) [best, fewest] = [candidate, errors];
  }
  return best === undefined ? [] : [best];
}

/** Whether all the profiles that it declares are unknown here; R4's own are known, and exempt from nothing. */
function isOfUnknown(resource: FhirResource, rules: RuleSet): boolean {
  if (declaredBy(resource, rules).length > 0) return false;
  return declarationsOf(resource).some(url => profileAt(url, rules) === undefined);
}

function unknownProfile(path: string): Finding {
  const message = 'Le profil que la ressource déclare n’est pas connu : il n’est pas vérifié.';
  return {
    severity: 'warning',
    code: 'not-supported',
    path: `${path}.meta.profile`,
    message,
    rule: 'profil-inconnu',
  };
}

/** The profiles of the rule set that it declares. */
function declaredBy(resource: FhirResource, { profiles }: RuleSet): readonly string[] {
  return declarationsOf(resource).filter(
    url => Object.hasOwn(profiles, url) && profiles[url]?.type === resource.resourceType,
  );
}

function declarationsOf({ meta }: FhirResource): readonly string[] {
  const declared = isObject(meta) && Array.isArray(meta['profile']) ? meta['profile'] : [];
  return [...new Set(declared.filter(each => typeof each === 'string').map(withoutVersion))];
}

const byType = new WeakMap<RuleSet, Map<string, readonly string[]>>();

function profilesOfType(type: string, rules: RuleSet): readonly string[] {
  const types = byType.get(rules) ?? new Map<string, readonly string[]>();
  byType.set(rules, types);
  const found =
    types.get(type) ?? Object.keys(rules.profiles).filter(url => rules.profiles[url]?.type === type);
  types.set(type, found);
  return found;
}

/** What two profiles say of the same element is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ severity, code, path, message }) => {
    const key = [severity, code, path, message].join('\n');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
