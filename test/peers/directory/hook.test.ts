import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import type { AckCode } from '../../../src/formats/hl7/types.ts';
import { createDirectoryHook, type DirectoryHookOptions } from '../../../src/peers/directory/hook.ts';
import type { Hl7Peer } from '../../../src/peers/interfaces.ts';
import { mdmInput } from '../../formats/hl7/sample-input.ts';
import { failure } from '../../kit/failure.ts';
import { ackTo } from '../../kit/mllp-server.ts';
import { waitFor } from '../../kit/wait.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-directory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hook = (change: Partial<DirectoryHookOptions> = {}): Hl7Peer =>
  createDirectoryHook({
    path: folder,
    timeoutMs: 5000,
    maxAckBytes: 64 * 1024,
    pollMs: 20,
    settleMs: 20,
    ...change,
  });

const message = (controlId: string) => buildMdm(mdmInput({ controlId }));
const sending = (peer: Hl7Peer, controlId: string) => peer.send(message(controlId), controlId);
const at = (name: string) => join(folder, name);
const names = () => readdirSync(folder).sort();
const arrived = (name: string) => waitFor(() => existsSync(at(name)));
const acknowledge = (name: string, ack: Uint8Array) => {
  writeFileSync(at(`${name}.part`), ack);
  renameSync(at(`${name}.part`), at(`${name}.ack`));
};
const ack = (controlId: string, code: AckCode = 'AA') => Buffer.from(ackTo(message(controlId), code));

describe('an exchange', () => {
  it('puts the message there whole, takes the ACK and leaves nothing behind', async () => {
    const answer = sending(hook(), '1');
    await arrived('1.hl7');
    expect(readFileSync(at('1.hl7')).equals(message('1'))).toBe(true);
    expect(names()).toEqual(['1.hl7']);
    acknowledge('1', ack('1', 'AE'));
    expect(await answer).toMatchObject({ code: 'AE', controlId: '1' });
    expect(names()).toEqual([]);
  });

  it('does not mind that the application took the file away', async () => {
    const answer = sending(hook(), '1');
    await arrived('1.hl7');
    rmSync(at('1.hl7'));
    acknowledge('1', ack('1'));
    expect((await answer).code).toBe('AA');
  });

  it('runs beside others', async () => {
    const peer = hook();
    const both = Promise.all([sending(peer, '1'), sending(peer, '2')]);
    await arrived('1.hl7');
    await arrived('2.hl7');
    acknowledge('2', ack('2'));
    acknowledge('1', ack('1'));
    expect((await both).map(answer => answer.controlId)).toEqual(['1', '2']);
  });

  it('waits for the end of an ACK that is written in place', async () => {
    const whole = ack('1', 'AE');
    const half = whole.indexOf('\rERR');
    const answer = sending(hook({ settleMs: 300 }), '1');
    await arrived('1.hl7');
    writeFileSync(at('1.ack'), whole.subarray(0, half));
    setTimeout(() => writeFileSync(at('1.ack'), whole), 50);
    expect((await answer).errors).toHaveLength(1);
  });

  it('waits on while what stands there is no ACK yet', async () => {
    const answer = sending(hook(), '1');
    await arrived('1.hl7');
    writeFileSync(at('1.ack'), '');
    writeFileSync(at('1.ack'), 'MSH|^~\\&|D');
    setTimeout(() => acknowledge('1', ack('1')), 100);
    expect((await answer).code).toBe('AA');
  });
});

describe('a repetition', () => {
  it('takes an ACK that came meanwhile without writing again', async () => {
    const peer = hook({ timeoutMs: 100 });
    expect(await failure(sending(peer, '1'))).toEqual({ code: 'DIR-002', kind: 'ambiguous' });
    expect(names()).toEqual([]);
    acknowledge('1', ack('1'));
    expect((await sending(peer, '1')).code).toBe('AA');
    expect(names()).toEqual([]);
  });

  it('writes the same file again, which was withdrawn when nothing answered', async () => {
    const peer = hook({ timeoutMs: 100 });
    await failure(sending(peer, '1'));
    expect(names()).toEqual([]);
    const again = sending(peer, '1');
    await arrived('1.hl7');
    expect(readFileSync(at('1.hl7')).equals(message('1'))).toBe(true);
    await failure(again);
    expect(names()).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['another message’s ACK', ack('2'), 'HL7-004'],
    ['no ACK', '<html>', 'HL7-002'],
    ['an ACK without end', 'MSH'.repeat(100_000), 'HL7-002'],
  ])('%s is kept aside: ambiguous', async (_, content, code) => {
    const peer = hook({ timeoutMs: 200 });
    const result = failure(sending(peer, '1'));
    await arrived('1.hl7');
    acknowledge('1', Buffer.from(content));
    expect(await result).toEqual({ code, kind: 'ambiguous' });
    expect(names()).toEqual(['1.ack.rejected']);
  });

  it('a folder that is not there is DIR-001, nothing reached', async () => {
    const peer = hook({ path: at('nowhere') });
    const nobody = { code: 'DIR-001', kind: 'unreachable' };
    expect(await failure(sending(peer, '1'))).toEqual(nobody);
    expect(await failure(peer.probe())).toEqual(nobody);
    writeFileSync(at('file'), '');
    expect(await failure(hook({ path: at('file') }).probe())).toEqual(nobody);
  });

  it('a file that cannot take its place leaves no trace', async () => {
    mkdirSync(at('1.hl7'));
    expect(await failure(sending(hook(), '1'))).toMatchObject({ code: 'DIR-001' });
    expect(names()).toEqual(['1.hl7']);
  });
});

describe('file names', () => {
  it.each([
    ['0193-c0ffee.2_b', '0193-c0ffee.2_b'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['.hidden', '%2Ehidden'],
    ['a b/c\\d:é', 'a%20b%2Fc%5Cd%3A%C3%A9'],
    ['%2E', '%252E'],
  ])('%j stays inside the folder as %j', async (controlId, name) => {
    const answer = sending(hook(), controlId);
    await arrived(`${name}.hl7`);
    acknowledge(name, ack(controlId));
    expect((await answer).controlId).toBe(controlId);
  });

  it('of long control ids stay short and apart', async () => {
    const peer = hook();
    const [one, two] = ['x'.repeat(199), `${'x'.repeat(198)}y`];
    const both = Promise.all([failure(sending(peer, one ?? '')), failure(sending(peer, two ?? ''))]);
    await waitFor(() => names().filter(name => name.endsWith('.hl7')).length === 2);
    expect(names().every(name => name.length < 140)).toBe(true);
    await peer.close();
    await both;
  });
});

describe('probe and close', () => {
  it('tells that the folder can be used and writes nothing', async () => {
    expect(await hook().probe()).toEqual({
      lines: [`Dossier d’échange ${folder} accessible en lecture et en écriture`],
      warnings: [],
    });
    expect(names()).toEqual([]);
  });

  it('ends a wait at once, its file left for the repetition', async () => {
    const peer = hook();
    const result = failure(sending(peer, '1'));
    await arrived('1.hl7');
    await peer.close();
    expect(await result).toEqual({ code: 'DIR-002', kind: 'ambiguous' });
    expect(names()).toEqual(['1.hl7']);
  });
});
