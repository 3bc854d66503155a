import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requestMessage } from '../../samples/kit/request.ts';
import { CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { readAck } from '../../src/formats/hl7/ack.ts';
import { refusal } from '../../src/formats/hl7/request-answer.ts';
import { lookAtFhir } from '../../src/cli/inspect-fhir.ts';
import { kindOfJson } from '../../src/cli/inspect-fhir-kind.ts';
import { called } from './called.ts';

const PAGES = ['README.md', 'docs/guide.md', 'docs/errors.md', 'config/pfi.example.yaml', 'compose.yaml'];

/** `pfi exchanges retry ID --json` in a page or a text: the command's words, then its options. */
const COMMAND = /(?<![\w/.-])pfi ((?:[a-z]+ ?){1,2})([^`\n]*)/g;

const texts = [
  ...PAGES.map(page => [page, readFileSync(page, 'utf8')] as const),
  [
    'the catalogue of errors',
    Object.values(CATALOGUE)
      .flatMap(entry => [entry.did, entry.todo])
      .join('\n'),
  ] as const,
];

describe('what the pages say of the commands', () => {
  it.each(texts)('%s: they exist, and their options', async (_, text) => {
    const code = text
      .split('\n')
      .flatMap(line => (/^ {4}|^#/.test(line) ? [line] : (line.match(/`[^`]+`/g) ?? [])));
    for (const [, words = '', rest = ''] of code.join('\n').matchAll(COMMAND)) {
      const [command = '', ...others] = words.trim().split(' ');
      const isGroup = command === 'exchanges' || command === 'fhir';
      const name = isGroup ? [command, ...others.slice(0, 1)] : [command];
      const { code: exit, stdout } = await called([...name, '--help']);
      expect([name.join(' '), exit]).toEqual([name.join(' '), 0]);
      for (const option of rest.match(/--[a-z]+(?:-[a-z]+)*/g) ?? []) expect(stdout).toContain(`${option} `);
    }
  });
});

describe('the guide’s table of refusals', () => {
  const rows = [
    ...readFileSync('docs/guide.md', 'utf8').matchAll(/^\| (\d{3}) \| ((?:REQ-\d{3}(?:, )?)+) \|/gm),
  ];
  const told = rows.flatMap(([, condition = '', codes = '']) =>
    codes.split(', ').map(code => [code as ErrorCode, condition] as const),
  );

  it('has every code of requests once', () => {
    const codes = Object.keys(CATALOGUE).filter(code => code.startsWith('REQ-'));
    expect(told.map(([code]) => code).toSorted()).toEqual(codes.toSorted());
  });

  it.each(told)('%s: the gateway’s ERR-3 is %s', (code, condition) => {
    const error = new GatewayError(code);
    const self = { application: 'PFI', facility: 'X' };
    const answer = refusal({ request: requestMessage(), error, self, controlId: '1', time: new Date(0) });
    expect(readAck(answer).errors[0]?.condition?.code).toBe(condition);
  });
});

describe('the guide’s examples of simple JSON', () => {
  const blocks = [...readFileSync('docs/guide.md', 'utf8').matchAll(/^```json\n(\{\n[^`]*)```$/gm)];
  const examples = blocks.map(([, text = '']) => text);

  it('are of both flows', () => {
    expect(examples.map(text => kindOfJson(JSON.parse(text)))).toMatchObject([
      { flow: 'dmi', form: 'simple' },
      { flow: 'renacot', form: 'simple' },
    ]);
  });

  it.each(examples)('are accepted without an error: %#', text => {
    const finding = lookAtFhir(Buffer.from(text));
    expect(finding?.issues?.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(finding?.decision).toBe('send');
  });
});
