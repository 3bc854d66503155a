import { isNarrative } from './narrative.ts';

/** Patterns of https://hl7.org/fhir/R4/datatypes.html#primitive, written so that they take linear time. */
const YEAR = '([1-9]\\d\\d\\d|0\\d\\d[1-9]|0\\d[1-9]0|0[1-9]00)';
const DATE = new RegExp(`^${YEAR}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?$`);
const CLOCK = '([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?';
const ZONE = '(Z|[+-]((0\\d|1[0-3]):[0-5]\\d|14:00))';
const DAY = `${YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])`;
const MOMENT = new RegExp(`^${DAY}T${CLOCK}${ZONE}$`);
const TIME = new RegExp(`^${CLOCK}$`);
/** No control character but tab and line ends; R4's own pattern would refuse the no-break space of French texts in JavaScript. */
const TEXT = /^[\t\n\r -\u{10FFFF}]+$/u;
const TOKEN = /^\S+$/;
const MAX_TEXT = 1024 * 1024;
const MAX_TOKEN = 8 * 1024;
const INT_32 = 2 ** 31;

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  boolean: value => typeof value === 'boolean',
  integer: isInteger,
  unsignedInt: value => isInteger(value) && value >= 0,
  positiveInt: value => isInteger(value) && value > 0,
  decimal: value => typeof value === 'number' && Number.isFinite(value),
  string: isText,
  markdown: isText,
  code: value => isShort(value) && /^\S+(\s\S+)*$/.test(value),
  id: matching(/^[A-Za-z0-9.-]{1,64}$/),
  uri: matching(TOKEN),
  url: matching(TOKEN),
  canonical: matching(TOKEN),
  oid: matching(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/),
  uuid: matching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  date: value => typeof value === 'string' && DATE.test(value) && isInCalendar(value),
  dateTime: value =>
    typeof value === 'string' && (DATE.test(value) || MOMENT.test(value)) && isInCalendar(value),
  instant: value => typeof value === 'string' && MOMENT.test(value) && isInCalendar(value),
  time: matching(TIME),
  base64Binary: isBase64,
  xhtml: value => typeof value === 'string' && isNarrative(value),
};

/** Whether a JSON value is one of a primitive type of R4; types that R4 does not have are not judged. */
export function isPrimitiveValue(value: unknown, type: string): boolean {
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  return check === undefined || check(value);
}

function matching(pattern: RegExp): (value: unknown) => boolean {
  return value => isShort(value) && pattern.test(value);
}

/** What a pattern may be tried on without the engine's stack being in danger. */
function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_TEXT && TEXT.test(value) && value.trim() !== '';
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -INT_32 && value < INT_32;
}

/** `2024-02-30` follows the pattern and is no day. */
function isInCalendar(value: string): boolean {
  if (value.length < 10) return true;
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isBase64(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[0-9A-Za-z+/=\s]+$/.test(value)) return false;
  const letters = value.replaceAll(/\s/g, '');
  return letters.length > 0 && letters.length % 4 === 0 && /^[^=]*={0,2}$/.test(letters);
}
