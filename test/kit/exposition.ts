/** Prometheus's text format 0.0.4, read as strictly as `promtool check metrics` does. */
export interface Exposition {
  readonly families: readonly { readonly name: string; readonly type: string; readonly help: string }[];
  readonly value: (name: string, labels: Readonly<Record<string, string>>) => number | undefined;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** @throws Error at the first fault */
export function exposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('no line end at the end');
  const families = new Map<string, { name: string; type: string; help: string }>();
  const samples = new Map<string, number>();
  let current = '';
  for (const line of text.split('\n').filter(each => each !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (families.has(name)) throw new Error(`a second HELP: ${name}`);
      families.set(name, { name, type: '', help: rest });
      current = name;
    } else if (kind === 'TYPE') {
      const family = families.get(name);
      if (family === undefined || family.type !== '' || current !== name)
        throw new Error(`TYPE alone: ${name}`);
      if (!/^(counter|gauge)$/.test(rest)) throw new Error(`type: ${line}`);
      family.type = rest;
    } else {
      const [, sample = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      if (sample === '' || sample !== current) throw new Error(`not a sample of ${current}: ${line}`);
      const key = seriesOf(sample, labelsOf(labels, line));
      if (samples.has(key)) throw new Error(`a series twice: ${line}`);
      samples.set(key, Number(value));
    }
  }
  return {
    families: [...families.values()],
    value: (name, labels) => samples.get(seriesOf(name, labels)),
  };
}

function labelsOf(text: string, line: string): Record<string, string> {
  const found: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let read = 0;
  for (let label = LABEL.exec(text); label !== null && read < text.length; label = LABEL.exec(text)) {
    const [, name = '', value = ''] = label;
    if (name in found) throw new Error(`a label twice: ${line}`);
    found[name] = value;
    read = LABEL.lastIndex;
  }
  if (read !== text.length) throw new Error(`labels: ${line}`);
  return found;
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
