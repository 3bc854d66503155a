import { isObject } from '../resource.ts';
import { INVARIANT_TEXTS } from '../rules/invariant-texts.ts';
import type { Invariant } from '../rules/types.ts';
import { isInValueSet, valueSetAt } from './binding.ts';
import type { Node } from './compile.ts';
import type { Facts } from './facts.ts';
import { evaluate } from './invariants.ts';
import type { Item } from './items.ts';
import { isPrimitiveValue } from './primitives.ts';
import { ledBy, typeOfTarget } from './references.ts';
import { nameIn, report, reportBase, reportRule, type Scope, type Session } from './session.ts';
import { holds, isSame } from './values.ts';

/** What R4 says of one value: its form, its code, its invariants, what it refers to. */
export function checkAsR4(
  item: Item,
  facts: readonly Facts[],
  base: string,
  session: Session,
  scope: Scope,
): void {
  const { value, child, path } = item;
  if (value === undefined) return;
  if (child.below === undefined) checkPrimitive(item, scope);
  for (const { binding, invariants } of facts) {
    if (binding !== undefined && !isBound(value, binding, session))
      reportBase(scope, 'code-invalid', path, `Le code de « ${nameIn(path)} » n’est pas admis.`);
    for (const invariant of invariants)
      checkInvariant(invariant, base, item, session, scope, text =>
        report(scope, {
          severity: invariant.severity,
          code: 'invariant',
          path,
          message: text,
          rule: invariant.key,
        }),
      );
  }
  if (child.type === 'Reference' && isObject(value))
    checkReference(value, child.targets, path, session, scope);
}

/** What a profile says of one value. */
export function checkAsNode(item: Item, node: Node, base: string, session: Session, scope: Scope): void {
  const { value, child, path } = item;
  const { types, fixed, pattern, binding, invariants } = node.rule;
  if (types !== undefined && child.type !== 'Resource' && !types.some(({ code }) => code === child.type))
    reportRule(scope, node, 'structure', path, `« ${nameIn(path)} » n’a pas le type que le profil admet.`);
  if (value === undefined) return;
  if (fixed !== undefined && !isSame(value, fixed))
    reportRule(scope, node, 'value', path, `« ${nameIn(path)} » n’a pas la valeur que le profil fixe.`);
  if (pattern !== undefined && !holds(value, pattern))
    reportRule(scope, node, 'value', path, `« ${nameIn(path)} » ne contient pas ce que le profil demande.`);
  if (binding !== undefined && !isBound(value, binding, session))
    reportRule(
      scope,
      node,
      'code-invalid',
      path,
      `Le code de « ${nameIn(path)} » n’est pas dans le jeu de valeurs.`,
    );
  for (const invariant of invariants ?? [])
    checkInvariant(invariant, base, item, session, scope, text =>
      reportInvariant(node, invariant, path, text, scope),
    );
  if (child.type === 'Reference' && isObject(value)) checkTargets(value, node, path, session, scope);
}

function checkPrimitive({ value, child, path }: Item, scope: Scope): void {
  if (isPrimitiveValue(value, child.type)) return;
  const text =
    typeof value === 'object'
      ? `« ${nameIn(path)} » est une valeur simple (${child.type}), pas un objet.`
      : `« ${nameIn(path)} » n’a pas la forme d’une valeur de type ${child.type}.`;
  reportBase(scope, typeof value === 'object' ? 'structure' : 'value', path, text);
}

/** A set that is not at hand is not checked; neither are quantities, whose units are codes of their own. */
function isBound(value: unknown, binding: string, { rules }: Session): boolean {
  const set = valueSetAt(binding, rules);
  return set === undefined || isInValueSet(value, set);
}

function checkInvariant(
  invariant: Invariant,
  base: string,
  { value, path }: Item,
  { budget }: Session,
  scope: Scope,
  say: (text: string) => void,
): void {
  const met = evaluate(invariant, base, value, scope, budget);
  if (met === 'too many') {
    reportBase(scope, 'not-supported', path, 'La ressource a trop d’éléments pour être vérifiée.');
    return;
  }
  if (met === false) say(textOf(invariant));
  if (met === undefined)
    report(scope, {
      severity: 'warning',
      code: 'not-supported',
      path,
      message: `La règle ${invariant.key} ne peut pas être vérifiée ici.`,
      rule: invariant.key,
    });
}

/** « per-1 : le début précède la fin. » */
function textOf({ key, human }: Invariant): string {
  const text = Object.hasOwn(INVARIANT_TEXTS, key) ? INVARIANT_TEXTS[key] : human;
  return text === undefined ? `La règle ${key} n’est pas respectée.` : `${key} : ${text.replace(/\.$/, '')}.`;
}

/** A warning of the guide stays one in an amendment that is an error. */
function reportInvariant(
  node: Node,
  { key, severity, at }: Invariant,
  path: string,
  message: string,
  scope: Scope,
): void {
  const { origin } = node;
  report(scope, {
    severity: severity === 'warning' ? 'warning' : origin.severity,
    code: origin.code ?? 'invariant',
    path: at === undefined ? path : `${path}.${at}`,
    message,
    rule: origin.id === key ? key : `${origin.id}#${key}`,
  });
}

function checkReference(
  value: Readonly<Record<string, unknown>>,
  targets: readonly string[] | undefined,
  path: string,
  session: Session,
  scope: Scope,
): void {
  const led = ledBy(value, scope);
  if (led === 'nothing')
    reportBase(
      scope,
      'invariant',
      `${path}.reference`,
      'La référence ne mène à aucune ressource de l’envoi.',
      'ref-1',
    );
  else if (led !== 'unknown' && !isAdmitted(led.type, targets, session))
    reportBase(scope, 'value', path, `« ${nameIn(path)} » ne peut pas mener à une ressource ${led.type}.`);
}

function checkTargets(
  value: Readonly<Record<string, unknown>>,
  node: Node,
  path: string,
  session: Session,
  scope: Scope,
): void {
  const reference = node.rule.types?.find(({ code }) => code === 'Reference');
  const led = ledBy(value, scope);
  if (reference === undefined || typeof led === 'string') return;
  if (!isAdmitted(led.type, reference.targets, session))
    reportRule(
      scope,
      node,
      'value',
      path,
      `« ${nameIn(path)} » ne peut pas mener à une ressource ${led.type}.`,
    );
}

function isAdmitted(type: string, targets: readonly string[] | undefined, { rules }: Session): boolean {
  if (targets === undefined) return true;
  return targets.map(target => typeOfTarget(target, rules)).some(each => each === undefined || each === type);
}
