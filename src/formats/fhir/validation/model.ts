import r4 from 'fhirpath/fhir-context/r4/index.js';

/** An element of R4, as the model of the `fhirpath` library has it. */
export interface Child {
  /** As JSON writes it: `valueString`. */
  readonly name: string;
  /** As profiles write it: `value[x]`; the name, for an element of one type. */
  readonly slot: string;
  /** `HumanName`, `code`; of an element that has no type of its own (BackboneElement), the path. */
  readonly type: string;
  /** Where the elements below are described; undefined for a primitive. */
  readonly below: string | undefined;
  /** R4 types that a reference may lead to; undefined when any may. */
  readonly targets: readonly string[] | undefined;
}

/** Types whose elements are described where they are used. */
const UNNAMED = new Set(['BackboneElement', 'Element']);
/** What the model calls a type with a value of its own, and how R4 constrains it. */
const SYSTEM_TYPES: Readonly<Record<string, string>> = {
  'System.String': 'string',
  'System.Boolean': 'boolean',
  'System.Integer': 'integer',
  'System.Decimal': 'decimal',
  'System.Date': 'date',
  'System.DateTime': 'dateTime',
  'System.Time': 'time',
};

type Index = ReadonlyMap<string, ReadonlyMap<string, Child>>;

let index: Index | undefined;

/** The elements that R4 knows below a path (`Patient`, `Patient.contact`, `HumanName`), by JSON name. */
export function childrenOfType(path: string): ReadonlyMap<string, Child> {
  index ??= buildIndex();
  return index.get(path) ?? NOTHING;
}

const NOTHING: ReadonlyMap<string, Child> = new Map();

/** Whether it is the name of an R4 resource that can be sent. */
export function isResourceType(name: string): boolean {
  const parent = Object.hasOwn(r4.type2Parent, name) ? r4.type2Parent[name] : undefined;
  return parent === 'DomainResource' || (parent === 'Resource' && name !== 'DomainResource');
}

function buildIndex(): Index {
  const slots = choiceSlots();
  const found = new Map<string, Map<string, Child>>();
  const add = (path: string, type: string, below: string | undefined): void => {
    const dot = path.lastIndexOf('.');
    if (dot < 0) return;
    const parent = path.slice(0, dot);
    const name = path.slice(dot + 1);
    const siblings = found.get(parent) ?? new Map<string, Child>();
    found.set(parent, siblings);
    siblings.set(name, { name, slot: slots.get(path) ?? name, type, below, targets: targetsOf(path) });
  };
  for (const [path, given] of Object.entries(r4.path2Type)) {
    const type = typeOf(path, given);
    add(path, type, UNNAMED.has(type) ? path : isPrimitive(type) ? undefined : type);
  }
  for (const [path, elsewhere] of Object.entries(r4.pathsDefinedElsewhere))
    add(path, 'BackboneElement', elsewhere);
  return found;
}

/** The id of a resource is an id, that of an element is not; the url of an extension is a URI. */
function typeOf(path: string, given: string | { readonly code: string }): string {
  const type = typeof given === 'string' ? given : given.code;
  if (type === 'System.String') {
    if (path === 'Extension.url') return 'uri';
    const [owner = '', name, ...deeper] = path.split('.');
    if (name === 'id' && deeper.length === 0 && isResourceType(owner)) return 'id';
  }
  return SYSTEM_TYPES[type] ?? type;
}

function isPrimitive(type: string): boolean {
  return /^[a-z]/.test(type);
}

function targetsOf(path: string): readonly string[] | undefined {
  const targets = r4.path2RefType[path];
  return targets === undefined || targets.length === 0 || targets.includes('Resource') ? undefined : targets;
}

/** `Patient.deceasedBoolean` to `deceased[x]`. */
function choiceSlots(): ReadonlyMap<string, string> {
  const slots = new Map<string, string>();
  for (const [path, types] of Object.entries(r4.choiceTypePaths)) {
    const slot = `${path.slice(path.lastIndexOf('.') + 1)}[x]`;
    for (const type of types) slots.set(`${path}${type}`, slot);
  }
  return slots;
}
