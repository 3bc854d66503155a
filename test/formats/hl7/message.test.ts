import { Hl7Message as MedplumMessage } from '@medplum/core';
import { Message as NodeHl7Message } from 'node-hl7-client';
import { describe, expect, it } from 'vitest';
import { Hl7Error, type Hl7Reason } from '../../../src/formats/hl7/hl7-error.ts';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import { parseHeader, parseMessage } from '../../../src/formats/hl7/message.ts';
import { mdmInput } from './sample-input.ts';

const HEAD = 'MSH|^~\\&|DPI|CHU_X|PFI|CHU_X|20261120||ACK^T02^ACK|1|P|2.6';
const parse = (text: string) => parseMessage(Buffer.from(text));

describe('parseMessage', () => {
  it('counts fields as the standard does', () => {
    const { header } = parse(HEAD);
    expect(header.field(1)).toBe('|');
    expect(header.field(2)).toBe('^~\\&');
    expect(header.component(2, 1)).toBe('^~\\&');
    expect(header.field(3)).toBe('DPI');
    expect(header.component(9, 2)).toBe('T02');
    expect(header.field(99)).toBe('');
  });

  it('reads repetitions, components and subcomponents, unescaped', () => {
    const pid = parse(`${HEAD}\rPID|||1^^^A\\T\\B&1.2&ISO^INS~2^^^&1.3&ISO^PI||X\\S\\Y^Z`).first('PID');
    expect(pid?.repetitions(3)).toBe(2);
    expect(pid?.repetitions(4)).toBe(0);
    expect(pid?.subcomponent(3, 4, 1)).toBe('A&B');
    expect(pid?.subcomponent(3, 4, 2, 2)).toBe('1.3');
    expect(pid?.component(3, 4, 2)).toBe('&1.3&ISO');
    expect(pid?.component(3, 1, 3)).toBe('');
    expect(pid?.component(5, 1)).toBe('X^Y');
    expect(pid?.field(5)).toBe('X\\S\\Y^Z');
  });

  it.each([
    ['CR', '\r'],
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['blank lines and indents', '\r\n \n\t'],
  ])('takes segments that end with %s', (_, end) => {
    const message = parse(['', HEAD, 'MSA|AA|1', 'ERR|||207', ''].join(end));
    expect(message.segments.map(segment => segment.name)).toEqual(['MSH', 'MSA', 'ERR']);
    expect(message.first('MSA')?.field(2)).toBe('1');
  });

  it('takes the MLLP frame and a BOM away', () => {
    expect(parse(`\v\uFEFF${HEAD}\r\x1c\r`).header.field(12)).toBe('2.6');
  });

  it('keeps base64 that was broken into lines in its field', () => {
    const message = parse(`${HEAD}\nOBX|1|ED|x||^text^XML^Base64^QUJD\nREVG\nR0g=||||||F\nNTE|1`);
    expect(message.segments).toHaveLength(3);
    const text = message.first('OBX')?.component(5, 5) ?? '';
    expect(Buffer.from(text, 'base64').toString()).toBe('ABCDEFGH');
    expect(message.first('OBX')?.field(11)).toBe('F');
  });

  it('takes its delimiters from MSH-1 and MSH-2, and the standard ones for what is missing', () => {
    const message = parse('MSH#*%!$#A#B##\rPID###1*2%3#a$b!F!c');
    expect(message.first('PID')?.component(3, 2)).toBe('2');
    expect(message.first('PID')?.subcomponent(4, 1, 2)).toBe('b#c');
    expect(parse('MSH|^~|A\rPID|||1&2').first('PID')?.subcomponent(3, 1, 2)).toBe('2');
  });

  it.each([
    ['UTF-8', 'MSH|^˜\\&|A||||||||||||||UNICODE UTF-8'],
    ['UTF-8, all of them', 'MSH¦×˜±÷¦A¦¦¦¦¦¦¦¦¦¦¦¦¦¦UNICODE UTF-8'],
    ['UTF-8, of four bytes', 'MSH🟦🟩🟨🟥🟪🟦A🟦🟦🟦🟦🟦🟦🟦🟦🟦🟦🟦🟦🟦🟦UNICODE UTF-8'],
    ['8859/15', 'MSH§×¬±÷§A§§§§§§§§§§§§§§8859/15'],
  ])('takes delimiters of several bytes: %s', (declared, head) => {
    const [field = '', component = '', repetition = '', escape = '', sub = ''] = Array.from(head.slice(3));
    const pid = ['PID', '', '', `1${component}2${repetition}${escape}R${escape}é${component}a${sub}b`].join(
      field,
    );
    const encoding = declared.startsWith('UTF') ? 'utf8' : 'latin1';
    const message = parseMessage(Buffer.from(`${head}\n${pid}${field}5\n`, encoding));
    const [, segment] = message.segments;
    expect(message.header.field(1)).toBe(field);
    expect(message.header.field(3)).toBe('A');
    expect(segment?.repetitions(3)).toBe(2);
    expect([1, 2].map(at => segment?.component(3, 1, at))).toEqual(['1', `${repetition}é`]);
    expect(segment?.subcomponent(3, 2, 2, 2)).toBe('b');
    expect(segment?.field(4)).toBe('5');
  });

  it('numbers the segments of a name, and gives a component as it stands', () => {
    const { segments } = parse(`${HEAD}\rOBX|1|ED|^é\\F\\~x\rPRT|1\rOBX|2`);
    expect(segments.map(({ name, sequence }) => `${name}^${sequence}`)).toEqual([
      'MSH^1',
      'OBX^1',
      'PRT^1',
      'OBX^2',
    ]);
    expect(Buffer.from(segments[1]?.bytes(3, 2) ?? []).toString()).toBe('é\\F\\');
  });

  it('reads the header of what it does not read', () => {
    expect(parseHeader(Buffer.from(`\v${HEAD}\n${'A\r'.repeat(200_000)}`)).header.component(10, 1)).toBe('1');
    expect(parseHeader(Buffer.from(`${HEAD}|é`)).encoding).toBe('utf-8');
    expect(parseHeader(Buffer.from('MSH|^~\\&|A|')).segments).toHaveLength(1);
    expect(() => parseHeader(Buffer.from('PID|1'))).toThrow(new Hl7Error('no-header'));
  });

  it.each([
    ['', 'no-header'],
    ['<html>', 'no-header'],
    ['MSA|AA|1', 'no-header'],
    ['MSHé^~\\&é', 'separators'],
    ['MSHA^~\\&A', 'separators'],
    ['MSH|^^\\&|', 'separators'],
    ['MSH|^~\uFFFD&|', 'charset'],
    ['MSH|^\u0098\\&|', 'charset'],
  ])('refuses %j as %s', (text, reason) => {
    expect(() => parse(text)).toThrow(new Hl7Error(reason as Hl7Reason));
  });

  it('bounds the number of segments', () => {
    expect(() => parse(`${HEAD}\r${'A\r'.repeat(200_000)}`)).toThrow(new Hl7Error('too-many-segments'));
    expect(parse(`${HEAD}${'\r'.repeat(2_000_000)}`).segments).toHaveLength(1);
  });

  it('reads a 50 MB document without copying or decoding it', () => {
    const document = Buffer.alloc(50 * 1024 * 1024, 0x41);
    const message = buildMdm(mdmInput({ document }));
    const held = process.memoryUsage();
    const start = performance.now();
    const obx = parseMessage(message).first('OBX');
    const status = obx?.field(11);
    expect(performance.now() - start).toBeLessThan(1000);
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    expect(arrayBuffers - held.arrayBuffers).toBeLessThan(document.length / 10);
    expect(heapUsed - held.heapUsed).toBeLessThan(document.length / 2);
    expect(status).toBe('F');
    expect(obx?.component(5, 5)).toHaveLength(Math.ceil(document.length / 3) * 4);
  });
});

describe('read beside other parsers', () => {
  const ours = buildMdm(mdmInput({ replyTo: [{ address: 'secretariat@medecin.mssante.fr' }] }));
  const message = parseMessage(ours);
  const text = Buffer.from(ours).toString();
  const places = message.segments.flatMap((segment, at) =>
    Array.from({ length: 33 }, (_, index) => ({ at, name: segment.name, field: index + 1 })),
  );

  it('has the same fields as @medplum/core', () => {
    const theirs = MedplumMessage.parse(text.trimEnd());
    expect(theirs.segments.map(segment => segment.name)).toEqual(message.segments.map(each => each.name));
    for (const { at, field } of places) {
      const expected = theirs.segments[at]?.getField(field)?.toString() ?? '';
      expect(message.segments[at]?.field(field)).toBe(expected);
    }
  });

  it('has the same values as node-hl7-client', () => {
    const theirs = new NodeHl7Message({ text: text.trimEnd() });
    for (const path of ['PID.5.1', 'PID.7', 'PID.32', 'TXA.2', 'TXA.12.1', 'OBR.4.2', 'ORC.1', 'EVN.2']) {
      const [name = '', field = '', component = '1'] = path.split('.');
      const value = message.first(name)?.component(Number(field), Number(component));
      expect([path, value]).toEqual([path, String(theirs.get(path))]);
    }
  });
});
