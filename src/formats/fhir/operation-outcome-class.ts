import { isError, type Issue, readOutcome, responseOf } from './operation-outcome.ts';
import { isObject, isResource } from './resource.ts';
import { listOf, resourceOf, textOf } from './transaction-entries.ts';

/** The flows in which the gateway asks a platform. */
export type Flow = 'dmi' | 'dui' | 'renacot';

/**
 * What an answer means for the request: `later` the platform took nothing and may take the same bytes another time;
 * `pairing` the registry does not know the operation yet (RENACOT); `refused` the same bytes are of no use;
 * `unauthorised` a token that is good no more; `unreadable` nobody can tell whether it was taken.
 */
export type Verdict = 'accepted' | 'later' | 'pairing' | 'refused' | 'unauthorised' | 'unreadable';

/** R4 issue-type, group “transient”: the same content may be sent again. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'transient',
  'lock-error',
  'no-store',
  'exception',
  'timeout',
  'incomplete',
  'throttled',
]);

/** R4 issue-type, groups “invalid”, “security” and “processing”: final, there is no point in sending it unchanged. */
const FINAL: ReadonlySet<string> = new Set([
  'invalid',
  'structure',
  'required',
  'value',
  'invariant',
  'security',
  'unknown',
  'forbidden',
  'suppressed',
  'processing',
  'not-supported',
  'duplicate',
  'multiple-matches',
  'not-found',
  'deleted',
  'too-long',
  'code-invalid',
  'extension',
  'too-costly',
  'business-rule',
  'conflict',
]);

/**
 * Security issues that a new token may mend, where 500 is said for everything; of a 401 alone it is certain that they are not
 * about this request.
 */
const TOKEN: ReadonlySet<string> = new Set(['login', 'expired']);

/** What RENACOT says, in the 422 of its guide, of an operation that it does not find. */
const NOT_PAIRED: ReadonlySet<string> = new Set(['processing', 'not-found']);

/**
 * Judges a platform's answer. 500 is used for everything (DMI: for any error), so the issues decide before the status;
 * what only a person can mend wins over what time mends. A 2xx that carries an error is an error.
 *
 * Of a transaction's 2xx this is not the whole: see readTransactionResponse for its entries.
 *
 * @param status HTTP status; the one of an entry where a Bundle has several
 * @param body parsed JSON, undefined where there is none or it is no JSON
 */
export function classify(flow: Flow, status: number, body: unknown): Verdict {
  if (status === 401) return 'unauthorised';
  const issues = readOutcome(body);
  const codes = issues.filter(isError).map(({ code }) => code);
  if (!isSuccess(status)) return classifyError(flow, status, codes);
  const verdicts = entryVerdicts(flow, body);
  if (codes.length > 0) verdicts.push(classifyError(flow, status, codes));
  const worst = WORST_FIRST.find(verdict => verdicts.includes(verdict));
  return worst ?? (isAnswer(flow, status, body, issues) ? 'accepted' : 'unreadable');
}

const WORST_FIRST = ['refused', 'unreadable', 'unauthorised', 'pairing', 'later'] as const;

/** Whether the HTTP status says yes; 202 says only that the question arrived. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Whether an answer that asks for another time may stand for something done all the same: somebody before the platform or in
 * it has stopped waiting, or a part of it says yes. What creates something each time is not to be repeated then.
 *
 * @param status HTTP status
 * @param body parsed JSON, undefined where there is none or it is no JSON
 */
export function mayBeDone(status: number, body: unknown): boolean {
  if (status === 502 || status === 504) return true;
  return (
    entryResponses(body).some(({ status: said }) => {
      const entryStatus = statusOf(said);
      return entryStatus !== undefined && isSuccess(entryStatus);
    }) || readOutcome(body).some(issue => isError(issue) && issue.code === 'timeout')
  );
}

/** The responses of a Bundle's entries, empty where an entry has none. */
function entryResponses(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const bundle = resourceOf(body);
  if (bundle?.resourceType !== 'Bundle') return [];
  return listOf(bundle['entry']).map(entry => (isObject(entry) ? responseOf(entry) : {}));
}

function classifyError(flow: Flow, status: number, codes: readonly string[]): Verdict {
  if (status === 429 || status === 503) return 'later';
  if (
    flow === 'renacot' &&
    (status === 422 || (isSuccess(status) && codes.some(code => NOT_PAIRED.has(code))))
  )
    return codes.length > 0 && codes.every(code => TRANSIENT.has(code)) ? 'later' : 'pairing';
  if (codes.some(code => FINAL.has(code))) return 'refused';
  if (codes.some(code => TRANSIENT.has(code) || TOKEN.has(code))) return 'later';
  return byStatus(status);
}

/** Of an answer without issues: that of a proxy, or of a server that has no more to say. */
function byStatus(status: number): Verdict {
  // An address that leads elsewhere: whether something was done before it was told so, nobody knows (303).
  if (status >= 300 && status < 400) return 'unreadable';
  switch (status) {
    case 408:
    case 425:
      return 'later';
    // Said by who stands before the platform: what became of the request behind it is not known.
    case 502:
    case 504:
      return 'unreadable';
    case 501:
    case 505:
      return 'refused';
    default:
      return status >= 500 ? 'later' : 'refused';
  }
}

/** The verdicts of a Bundle's entries that have a status of their own and are no success. */
function entryVerdicts(flow: Flow, body: unknown): Verdict[] {
  return entryResponses(body).flatMap(({ status: said, outcome }) => {
    const status = statusOf(said);
    if (status === undefined || isSuccess(status)) return [];
    const verdict = classify(flow, status, outcome);
    // The platform has let the transaction in: this is about the entry.
    return [verdict === 'unauthorised' ? 'later' : verdict];
  });
}

/** Bundle.entry.response.status, `201 Created`, as a number. */
export function statusOf(said: unknown): number | undefined {
  const digits = /^([1-5]\d\d)(?!\d)/.exec(textOf(said) ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a 2xx without errors has what the flow's text says of it. */
function isAnswer(flow: Flow, status: number, body: unknown, issues: readonly Issue[]): boolean {
  if (status === 202) return false;
  // R4 has no numbers: where there are any, 0 alone is known to be a yes.
  if (issues.some(({ code }) => /^[+-]?\d+$/.test(code) && Number(code) !== 0)) return false;
  if (issues.length > 0) return true;
  if (Array.isArray(body)) return flow !== 'renacot' && body.length > 0 && body.every(isResource);
  const resource = resourceOf(body);
  if (resource === undefined) return false;
  return flow === 'renacot' ? hasIdentifier(resource) : resource.resourceType === 'Bundle';
}

/** RENACOT's registry id, given without an outcome beside it. */
function hasIdentifier(resource: Readonly<Record<string, unknown>>): boolean {
  return listOf(resource['parameter']).some(
    parameter =>
      isObject(parameter) &&
      /^(?:id|reference)Registre$/i.test(textOf(parameter['name']) ?? '') &&
      (isObject(parameter['valueIdentifier']) || textOf(parameter['valueString']) !== undefined),
  );
}

/** Whether an answer speaks of the token that came with the request. @param body parsed JSON, undefined where there is none */
export function isAboutToken(body: unknown): boolean {
  return readOutcome(body).some(issue => isError(issue) && TOKEN.has(issue.code));
}

/** The first code of an error that logs may show: one of R4's, else `other`; `none` where there is no error. */
export function shownIssue(body: unknown): string {
  const code = readOutcome(body).find(isError)?.code;
  if (code === undefined) return 'none';
  return TRANSIENT.has(code) || FINAL.has(code) || TOKEN.has(code) ? code : 'other';
}
