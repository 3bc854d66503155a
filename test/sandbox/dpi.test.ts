import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAck } from '../../src/formats/hl7/ack.ts';
import { createDeframer, frame } from '../../src/formats/hl7/framing.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { Ack } from '../../src/formats/hl7/types.ts';
import { type Dpi, startDpi } from '../../src/sandbox/dpi.ts';

const INS = '1.2.250.1.213.1.4.10';
const IPP = '1.2.250.1.999.1.2';
const patients = [
  {
    identifiers: [
      { root: INS, extension: '285062901904276' },
      { root: IPP, extension: '8000123' },
    ],
    birthFamily: 'MORVAN',
    birthGiven: 'CLAIRE',
    birthTime: '19850614',
    gender: 'F',
  },
  {
    identifiers: [{ root: INS, extension: '157126544001755' }],
    birthFamily: 'GÉRÔME',
    birthTime: '19571203',
    gender: 'M',
  },
];

let dpi: Dpi;
const sockets: Socket[] = [];

beforeEach(async () => {
  dpi = await startDpi({ patients });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await dpi.stop();
});

interface Mdm {
  id?: string;
  event?: string;
  pid3?: string;
  pid5?: string;
  born?: string;
  sex?: string;
  document?: string;
  parent?: string;
  charset?: string;
}

const CLAIRE = `285062901904276^^^&${INS}&ISO^INS`;
const DOC = (version: number): string => `V${version}^^1.2.3^ISO`;

function mdm(about: Mdm = {}): Buffer {
  const { id = 'M1', event = 'T02', pid3 = `${CLAIRE}~8000123^^^&${IPP}&ISO^PI` } = about;
  const {
    pid5 = 'MORVAN^CLAIRE^CLAIRE MARIE^^^^L~LE GOFF^CLAIRE^^^^^D',
    born = '19850614',
    sex = 'F',
  } = about;
  const { document = DOC(1), parent = '', charset = 'UNICODE UTF-8' } = about;
  const lines = [
    `MSH|^~\\&|PFI|CHU_X|DPI|CHU_Y|20261120093000+0100||MDM^${event}^MDM_T02|${id}|P|2.6|||||FRA|${charset}|||1.1^CISIS_CDA_HL7_LPS`,
    `PID|||${pid3}||${pid5}||${born}|${sex}`,
    `TXA|1|11502-2|TEXT|||||||||${document}|${parent}||||AU`,
    'OBX|1|ED|11502-2^CR^LN||^text^XML^Base64^PGEvPg==||||||F',
  ];
  return Buffer.from(lines.map(line => `${line}\r`).join(''), charset === '8859/15' ? 'latin1' : 'utf8');
}

describe('what it answers', () => {
  test.each<[string, Mdm, string | undefined]>([
    ['takes a document of a patient known by INS', {}, undefined],
    ['takes one of a patient known by a local identifier', { pid3: `8000123^^^&${IPP}&ISO^PI` }, undefined],
    ['compares names without regard to case and composition', GEROME('ge\u0301ro\u0302me'), undefined],
    ['902: no identifier is known', { pid3: `1^^^&${IPP}&ISO^PI~2^^^&${INS}&ISO^INS` }, '902'],
    ['902: the same number under another authority', { pid3: '8000123^^^&1.2.3&ISO^PI' }, '902'],
    ['904: another birth date', { born: '19850615' }, '904'],
    ['904: another birth name', { pid5: 'MORVANT^CLAIRE^^^^^L' }, '904'],
    [
      '904: another INS beside a known identifier',
      { pid3: `9^^^&${INS}&ISO^INS~8000123^^^&${IPP}&ISO^PI` },
      '904',
    ],
    ['905: no sex', { sex: '' }, '905'],
    ['905: a used name and no birth name', { pid5: 'MORVAN^CLAIRE^^^^^D' }, '905'],
    ['900: a replacement of what it never had', { event: 'T10', parent: DOC(0) }, '900'],
    ['900: a deletion of what it never had', { event: 'T04' }, '900'],
  ])('%s', async (_, message, code) => {
    const ack = await exchange(mdm(message));
    expect(ack.controlId).toBe('M1');
    expect(ack.code).toBe(code === undefined ? 'AA' : 'AE');
    expect(ack.errors.map(error => error.application?.code)).toEqual(code === undefined ? [] : [code]);
    expect(ack.errors.every(error => error.condition?.code === '207')).toBe(true);
    expect(dpi.received()).toMatchObject([{ controlId: 'M1', answer: ack.code, repetitions: 0 }]);
  });

  test('903: no INS, where it was told to want one', async () => {
    await dpi.stop();
    dpi = await startDpi({ patients, requireIns: true });
    const ack = await exchange(mdm({ pid3: `8000123^^^&${IPP}&ISO^PI` }));
    expect(ack.errors[0]?.application?.code).toBe('903');
  });

  test('the ACK has the form of the spec, in the charset of the message', async () => {
    const bytes = await send(mdm({ event: 'T10', charset: '8859/15', sex: 'M' }));
    const ack = parseMessage(bytes);
    expect(Buffer.from(bytes).toString('latin1')).toContain('exactement \xe0 celui');
    expect(ack.header.field(3)).toBe('DPI');
    expect(ack.header.field(6)).toBe('CHU_X');
    expect(ack.header.field(9)).toBe('ACK^T10^ACK');
    expect([11, 12, 17, 18].map(field => ack.header.field(field))).toEqual(['P', '2.6', 'FRA', '8859/15']);
    expect(ack.first('MSA')?.field(2)).toBe('M1');
    expect(ack.first('ERR')?.component(5, 3)).toBe('applicationErrorCode');
    expect(ack.first('ERR')?.field(4)).toBe('E');
  });

  test('another message type is a technical error', async () => {
    const ack = await exchange(Buffer.from(mdm().toString().replace('MDM^T02^MDM_T02', 'ADT^A01^ADT_A01')));
    expect(ack).toMatchObject({
      code: 'AE',
      errors: [{ condition: { code: '200' }, application: undefined }],
    });
    expect(dpi.received()).toEqual([]);
  });
});

describe('what it remembers', () => {
  test('the life of a document: added, replaced, replaced again, deleted', async () => {
    const codes: (string | undefined)[] = [];
    for (const message of [
      { id: '1', event: 'T02', document: DOC(1) },
      { id: '2', event: 'T10', document: DOC(2), parent: DOC(1) },
      { id: '3', event: 'T10', document: DOC(3), parent: DOC(1) }, // outdated
      { id: '4', event: 'T10', document: DOC(3), parent: DOC(2) },
      { id: '5', event: 'T10', document: DOC(3), parent: DOC(2) }, // the same again, by a person's retry
      { id: '6', event: 'T04', document: DOC(2) }, // outdated
      { id: '7', event: 'T04', document: DOC(3), parent: DOC(2) },
      { id: '8', event: 'T04', document: DOC(3), parent: DOC(2) }, // gone
    ]) {
      const ack = await exchange(mdm(message));
      codes.push(ack.errors[0]?.application?.code);
    }
    expect(codes).toEqual([undefined, undefined, '900', undefined, undefined, '900', undefined, '900']);
    expect(dpi.documents()).toEqual([
      { id: '1.2.3^V1', type: '11502-2', state: 'replaced' },
      { id: '1.2.3^V2', type: '11502-2', state: 'replaced' },
      { id: '1.2.3^V3', type: '11502-2', state: 'deleted' },
    ]);
  });

  test('a deletion by a document made for it names its parent', async () => {
    await exchange(mdm({ id: '1', document: '1.2.3.1' }));
    await exchange(mdm({ id: '2', event: 'T04', document: '1.2.3.2', parent: '1.2.3.1' }));
    expect(dpi.documents()).toMatchObject([{ id: '1.2.3.1', state: 'deleted' }]);
  });

  test('another patient’s document is not replaced', async () => {
    await exchange(mdm({ id: '1' }));
    const ack = await exchange(
      mdm({ id: '2', event: 'T10', document: DOC(2), parent: DOC(1), ...GEROME('GÉRÔME') }),
    );
    expect(ack.errors[0]?.application?.code).toBe('900');
  });

  test('the same MSH-10 gets the same ACK and is counted, other bytes under it are noticed', async () => {
    const first = await send(mdm());
    expect(await send(mdm())).toEqual(first);
    expect(dpi.received()).toMatchObject([{ repetitions: 1, conflicting: false }]);
    await send(mdm({ document: DOC(2) }));
    expect(dpi.received()).toMatchObject([{ repetitions: 2, conflicting: true }]);
    expect(dpi.documents()).toHaveLength(1);
  });
});

describe('a DPI that misbehaves', () => {
  test('AR, then AA', async () => {
    dpi.behave('later', 1);
    expect((await exchange(mdm())).code).toBe('AR');
    expect(dpi.received()).toEqual([]);
    expect((await exchange(mdm())).code).toBe('AA');
  });

  test('a technical error has no ERR-5', async () => {
    dpi.behave('technical-error', 1);
    expect((await exchange(mdm())).errors).toMatchObject([
      { condition: { code: '203' }, application: undefined },
    ]);
    expect(dpi.received()).toEqual([]);
  });

  test('a stranger’s ACK', async () => {
    dpi.behave('stranger', 1);
    expect((await exchange(mdm())).controlId).toBe('UN-AUTRE');
    expect((await exchange(mdm())).controlId).toBe('M1');
    expect(dpi.received()).toMatchObject([{ repetitions: 1 }]);
  });

  test.each([
    ['drop', 0],
    ['cut-before-reply', 1],
  ] as const)('%s: the connection ends, and the repetition is answered', async (behaviour, repetitions) => {
    dpi.behave(behaviour, 1);
    await expect(send(mdm())).rejects.toThrow('closed');
    expect((await exchange(mdm())).code).toBe('AA');
    expect(dpi.received()).toMatchObject([{ repetitions }]);
  });

  test('silent: taken, not answered', async () => {
    dpi.behave('silent', 1);
    const unanswered = send(mdm());
    await dpi.until('the message', () => dpi.received().length === 1);
    await dpi.stop();
    await expect(unanswered).rejects.toThrow('closed');
  });

  test('stopped, and started again on the same port with its memory', async () => {
    const { port } = dpi;
    await exchange(mdm());
    await dpi.stop();
    await expect(send(mdm())).rejects.toThrow('ECONNREFUSED');
    await dpi.restart();
    expect(dpi.port).toBe(port);
    await exchange(mdm());
    expect(dpi.received()).toMatchObject([{ repetitions: 1 }]);
  });

  test('what is not HL7 ends the connection and nothing else', async () => {
    await expect(send(Buffer.from('bonjour'))).rejects.toThrow('closed');
    expect((await exchange(mdm())).code).toBe('AA');
  });
});

function GEROME(family: string): Mdm {
  return {
    pid3: `157126544001755^^^&${INS}&ISO^INS`,
    pid5: `${family}^PAUL^^^^^L`,
    born: '19571203',
    sex: 'M',
  };
}

async function exchange(message: Buffer): Promise<Ack> {
  return readAck(await send(message));
}

/** Sends one message on a connection of its own and gives the answer's bytes. */
function send(message: Buffer): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect(dpi.port, dpi.host, () => socket.write(frame(message)));
    sockets.push(socket);
    const deframer = createDeframer({ maxBytes: 1_000_000 });
    socket.on('data', chunk => {
      const [answer] = deframer.push(chunk);
      if (answer !== undefined) resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}
