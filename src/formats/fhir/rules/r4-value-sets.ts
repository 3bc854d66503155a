import type { ValueSetRules } from './types.ts';

function codesOf(system: string, codes: string): ValueSetRules {
  return { [system]: codes.split(' ') };
}

/** Sets whose code system has their own name. */
function hl7(name: string, codes: string): readonly [string, ValueSetRules] {
  return [`http://hl7.org/fhir/ValueSet/${name}`, codesOf(`http://hl7.org/fhir/${name}`, codes)];
}

function other(url: string, system: string, codes: string): readonly [string, ValueSetRules] {
  return [url, codesOf(system, codes)];
}

/** The value sets of required bindings of FHIR R4 (4.0.1) that the flows meet. */
export const R4_VALUE_SETS: Readonly<Record<string, ValueSetRules>> = Object.fromEntries([
  hl7('address-type', 'postal physical both'),
  hl7('address-use', 'home work temp old billing'),
  hl7('administrative-gender', 'male female other unknown'),
  hl7(
    'appointmentstatus',
    'proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist',
  ),
  hl7('audit-event-action', 'C R U D E'),
  hl7('audit-event-outcome', '0 4 8 12'),
  hl7(
    'bundle-type',
    'document message transaction transaction-response batch batch-response history searchset collection',
  ),
  hl7('chargeitem-status', 'planned billable not-billable aborted billed entered-in-error unknown'),
  hl7('contact-point-system', 'phone fax email pager url sms other'),
  hl7('contact-point-use', 'home work temp old mobile'),
  hl7('days-of-week', 'mon tue wed thu fri sat sun'),
  hl7(
    'device-nametype',
    'udi-label-name user-friendly-name patient-reported-name manufacturer-name model-name other',
  ),
  hl7('device-status', 'active inactive entered-in-error unknown'),
  hl7('encounter-location-status', 'planned active reserved completed'),
  hl7(
    'encounter-status',
    'planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown',
  ),
  hl7('event-status', 'preparation in-progress not-done on-hold stopped completed entered-in-error unknown'),
  other(
    'http://hl7.org/fhir/ValueSet/event-timing',
    'http://hl7.org/fhir/event-timing',
    'MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE C CM CD CV AC ACM ACD ACV PC PCM PCD PCV',
  ),
  hl7('http-verb', 'GET HEAD POST PUT DELETE PATCH'),
  hl7('identifier-use', 'usual official temp secondary old'),
  hl7('invoice-priceComponentType', 'base surcharge deduction discount tax informational'),
  hl7('invoice-status', 'draft issued balanced cancelled entered-in-error'),
  hl7('issue-severity', 'fatal error warning information'),
  hl7(
    'issue-type',
    'invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational',
  ),
  hl7('link-type', 'replaced-by replaces refer seealso'),
  hl7('location-mode', 'instance kind'),
  hl7('location-status', 'active suspended inactive'),
  hl7('name-use', 'usual official temp nickname anonymous old maiden'),
  hl7('narrative-status', 'generated extensions additional empty'),
  hl7('network-type', '1 2 3 4 5'),
  hl7('participantrequired', 'required optional information-only'),
  hl7('quantity-comparator', '< <= >= >'),
  hl7(
    'request-intent',
    'proposal plan directive order original-order reflex-order filler-order instance-order option',
  ),
  hl7('request-priority', 'routine urgent asap stat'),
  hl7('request-status', 'draft active on-hold revoked completed entered-in-error unknown'),
  hl7('search-entry-mode', 'match include outcome'),
  hl7('slotstatus', 'busy free busy-unavailable busy-tentative entered-in-error'),
  hl7('supplydelivery-status', 'in-progress completed abandoned entered-in-error'),
  other(
    'http://hl7.org/fhir/ValueSet/supplydelivery-type',
    'http://terminology.hl7.org/CodeSystem/supply-item-type',
    'medication device',
  ),
  hl7('supplyrequest-status', 'draft active suspended cancelled completed entered-in-error unknown'),
  hl7('udi-entry-type', 'barcode rfid manual card self-reported unknown'),
  other('http://hl7.org/fhir/ValueSet/units-of-time', 'http://unitsofmeasure.org', 's min h d wk mo a'),
]);
