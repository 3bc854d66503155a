import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/sandbox/operator.ts';

const BAL = 'urologie@chu.mssante.fr';
const OTHER = 'biologie@chu.mssante.fr';
const PASSWORD = 'secret';

let operator: Operator;
const clients: ImapFlow[] = [];

beforeEach(async () => {
  operator = await startOperator({
    mailboxes: [BAL, OTHER].map(address => ({ address, password: PASSWORD })),
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await operator.stop();
});

const mail = (subject: string): Buffer =>
  Buffer.from(`Message-ID: <${subject}@x>\r\nSubject: ${subject}\r\n\r\nBonjour\r\n`);

describe('IMAP', () => {
  test('a mail of 25 MB with every byte value, and NUL, comes back byte for byte', async () => {
    const raw = everyByte(25 * 1024 * 1024);
    operator.deliver(raw, { from: 'dr@cabinet.mssante.fr', to: [BAL] });
    const client = await login(BAL);
    await client.mailboxOpen('INBOX');
    const fetched = await client.fetchOne('1', { source: true, size: true }, { uid: true });
    const trace = Buffer.from(`Return-Path: <dr@cabinet.mssante.fr>\r\nDelivered-To: ${BAL}\r\n`);
    const expected = Buffer.concat([trace, raw]);
    expect(fetched).toMatchObject({ size: expected.length });
    expect(sourceOf(fetched).equals(expected)).toBe(true);
    const head = await client.fetchOne('1', { source: { start: 0, maxLength: 65_536 } }, { uid: true });
    expect(sourceOf(head).equals(expected.subarray(0, 65_536))).toBe(true);
  });

  test('each account has its own inbox and folders', async () => {
    operator.deliver(mail('a'), { from: '', to: [BAL] });
    const mine = await login(BAL);
    const theirs = await login(OTHER);
    await mine.mailboxCreate('Traites');
    expect((await mine.list()).map(folder => folder.path)).toEqual(['INBOX', 'Traites']);
    expect((await theirs.list()).map(folder => folder.path)).toEqual(['INBOX']);
    await theirs.mailboxOpen('INBOX');
    expect(await theirs.search({ all: true }, { uid: true })).toEqual([]);
  });

  test('a mail moves by MOVE, and UIDPLUS tells where to', async () => {
    for (const subject of ['a', 'b', 'c']) operator.deliver(mail(subject), { from: '', to: [BAL] });
    const client = await login(BAL);
    await client.mailboxCreate('Traites');
    await client.mailboxOpen('INBOX');
    const moved = await client.messageMove('2', 'Traites', { uid: true });
    expect(moved).toMatchObject({ destination: 'Traites', uidValidity: 1n, uidMap: new Map([[2, 1]]) });
    expect(await client.search({ all: true }, { uid: true })).toEqual([1, 3]);
    expect(operator.folder(BAL, 'INBOX').map(stored => stored.uid)).toEqual([1, 3]);
    expect(operator.folder(BAL, 'Traites').map(stored => stored.raw.includes('Subject: b'))).toEqual([true]);
    await client.mailboxOpen('Traites');
    expect(await client.search({ header: { 'message-id': '<b@x>' } }, { uid: true })).toEqual([1]);
    expect(await client.search({ header: { 'message-id': '<a@x>' } }, { uid: true })).toEqual([]);
  });

  test('a session that idles hears of a new mail', async () => {
    const client = await login(BAL);
    await client.mailboxOpen('INBOX');
    const heard = new Promise(resolve => client.once('exists', resolve));
    void client.idle();
    operator.deliver(mail('a'), { from: '', to: [BAL] });
    expect(await heard).toMatchObject({ count: 1 });
    expect(await client.search({ all: true }, { uid: true })).toEqual([1]);
  });

  test('a wrong password, another account’s name and a login without TLS are refused', async () => {
    await expect(login(BAL, { pass: 'faux' })).rejects.toMatchObject({ authenticationFailed: true });
    await expect(login('inconnu@chu.mssante.fr')).rejects.toMatchObject({ authenticationFailed: true });
    await expect(login(BAL, { doSTARTTLS: false })).rejects.toMatchObject({ message: 'Login is disabled' });
  });
});

test('a client that does not trust the authority hurts nobody', async () => {
  const stranger = createTransport({ host: 'localhost', port: operator.smtpPort, requireTLS: true });
  await expect(login(BAL, { ca: 'none' })).rejects.toThrow(/certificate/);
  await expect(stranger.verify()).rejects.toThrow(/certificate/);
  await login(BAL);
  await submit({ envelope: { from: BAL, to: [BAL] }, raw: mail('a') });
  expect(operator.accepted()).toHaveLength(1);
});

describe('an IMAP server that misbehaves', () => {
  test('refuses logins, as often as told', async () => {
    operator.behave({ imap: 'refuse-login', times: 1 });
    await expect(login(BAL)).rejects.toMatchObject({ authenticationFailed: true });
    await login(BAL);
  });

  test('refuses to move: imapflow answers false', async () => {
    operator.deliver(mail('a'), { from: '', to: [BAL] });
    const client = await login(BAL);
    await client.mailboxCreate('Traites');
    await client.mailboxOpen('INBOX');
    operator.behave({ imap: 'refuse-move', times: 1 });
    expect(await client.messageMove('1', 'Traites', { uid: true })).toBe(false);
    expect(operator.folder(BAL, 'INBOX')).toHaveLength(1);
    expect(await client.messageMove('1', 'Traites', { uid: true })).not.toBe(false);
  });

  test('cuts in the middle of a mail, and serves the next connection', async () => {
    operator.deliver(everyByte(1024 * 1024), { from: '', to: [BAL] });
    operator.behave({ imap: 'cut-fetch', times: 1 });
    const client = await login(BAL);
    await client.mailboxOpen('INBOX');
    const closed = new Promise(resolve => client.once('close', resolve));
    await expect(client.fetchOne('1', { source: true }, { uid: true })).rejects.toMatchObject({
      code: 'NoConnection',
    });
    await closed;
    const next = await login(BAL);
    await next.mailboxOpen('INBOX');
    expect(await next.fetchOne('1', { source: true }, { uid: true })).toHaveProperty('source');
  });

  test('says nothing any more, then answers again', async () => {
    const client = await login(BAL);
    await client.mailboxOpen('INBOX');
    operator.behave({ imap: 'silent' });
    let answered = false;
    const noop = client.noop().finally(() => {
      answered = true;
    });
    operator.deliver(mail('a'), { from: '', to: [BAL] });
    // A whole conversation with the other server of this process: time enough for an answer to come.
    await submit({ envelope: { from: BAL, to: ['x@y.fr'] }, raw: mail('b') });
    expect(answered).toBe(false);
    operator.behave({ imap: 'serve' });
    await noop;
  });

  test('drops its connections', async () => {
    const client = await login(BAL);
    const closed = new Promise(resolve => client.once('close', resolve));
    operator.behave({ imap: 'drop' });
    await closed;
    await expect(login(BAL)).rejects.toThrow('Unexpected close');
    operator.behave({ imap: 'serve' });
    await login(BAL);
  });

  test('renumbers a folder under a new UIDVALIDITY', async () => {
    for (const subject of ['a', 'b']) operator.deliver(mail(subject), { from: '', to: [BAL] });
    const client = await login(BAL);
    await client.mailboxCreate('Traites');
    await client.mailboxOpen('INBOX');
    await client.messageMove('1', 'Traites', { uid: true });
    const closed = new Promise(resolve => client.once('close', resolve));
    operator.renumber(BAL, 'INBOX');
    await closed;
    const next = await login(BAL);
    expect(await next.mailboxOpen('INBOX')).toMatchObject({ uidValidity: 2n, uidNext: 2 });
    expect(await next.search({ all: true }, { uid: true })).toEqual([1]);
  });
});

describe('SMTP', () => {
  test('a submitted mail is kept with its envelope and lies in the BAL of its recipients', async () => {
    const raw = everyByte(200_000);
    await submit({
      envelope: { from: '', to: [BAL, 'ailleurs@cabinet.mssante.fr'] },
      raw,
      dsn: { id: 'env-1', return: 'headers', notify: 'never' },
    });
    const [taken] = operator.accepted();
    expect(taken?.envelope).toMatchObject({
      from: '',
      to: [BAL, 'ailleurs@cabinet.mssante.fr'],
      user: BAL,
      envid: 'env-1',
      ret: 'HDRS',
    });
    expect(taken?.envelope.recipients.map(recipient => recipient.notify)).toEqual([['NEVER'], ['NEVER']]);
    expect(taken?.raw.equals(raw)).toBe(true);
    const [stored] = operator.folder(BAL, 'INBOX');
    expect(stored?.raw.subarray(-raw.length).equals(raw)).toBe(true);
    expect(stored?.raw.toString('latin1')).toMatch(/^Return-Path: <>\r\nDelivered-To: urologie@/);
  });

  test.each([
    ['refuse-login', { code: 'EAUTH' }],
    ['refuse-null-sender', { responseCode: 550 }],
    ['refuse-recipient', { responseCode: 550 }],
    ['greylist', { responseCode: 451 }],
    ['refuse', { responseCode: 554 }],
    ['cut-during-data', {}],
    ['drop', {}],
  ] as const)('%s: nothing is taken, and the next try goes through', async (smtp, error) => {
    operator.behave({ smtp, times: 1 });
    const message = { envelope: { from: '', to: [BAL] }, raw: mail('a') };
    await expect(submit(message)).rejects.toMatchObject(error);
    expect(operator.accepted()).toEqual([]);
    await submit(message);
    expect(operator.accepted()).toHaveLength(1);
  });

  test('cut-before-reply: the client cannot know that the mail was taken', async () => {
    operator.behave({ smtp: 'cut-before-reply', times: 1 });
    const message = { envelope: { from: BAL, to: [BAL] }, raw: mail('a') };
    await expect(submit(message)).rejects.toMatchObject({ code: 'ECONNECTION' });
    await submit(message);
    expect(operator.accepted()).toHaveLength(2);
  });

  test('nobody submits without TLS', async () => {
    const clear = createTransport({
      host: 'localhost',
      port: operator.smtpPort,
      ignoreTLS: true,
      auth: { user: BAL, pass: PASSWORD },
    });
    await expect(
      clear.sendMail({ envelope: { from: BAL, to: [BAL] }, raw: mail('a') }),
    ).rejects.toMatchObject({ responseCode: 538 });
    expect(operator.accepted()).toEqual([]);
  });
});

test('until() resolves on the state, and names what never came', async () => {
  const seen = operator.until('a mail', () => operator.folder(BAL, 'INBOX').length === 1);
  operator.deliver(mail('a'), { from: '', to: [BAL] });
  await seen;
  await expect(
    operator.until('ten mails', () => operator.folder(BAL, 'INBOX').length === 10, 5),
  ).rejects.toThrow('ten mails');
});

async function login(
  user: string,
  options: { pass?: string; doSTARTTLS?: boolean; ca?: 'none' } = {},
): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: 'localhost',
    port: operator.imapPort,
    secure: false,
    doSTARTTLS: options.doSTARTTLS ?? true,
    auth: { user, pass: options.pass ?? PASSWORD },
    tls: options.ca === 'none' ? {} : { ca: operator.ca },
    logger: false,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

function sourceOf(fetched: false | { source?: Buffer | undefined } | undefined): Buffer {
  if (!fetched || fetched.source === undefined) throw new Error('nothing fetched');
  return fetched.source;
}

async function submit(message: {
  envelope: { from: string; to: string[] };
  raw: Buffer;
  dsn?: { id: string; return: 'headers'; notify: 'never' };
}): Promise<void> {
  const transport = createTransport({
    host: 'localhost',
    port: operator.smtpPort,
    requireTLS: true,
    tls: { ca: operator.ca },
    auth: { user: BAL, pass: PASSWORD },
  });
  await transport.sendMail(message);
}

/** A mail whose body goes through all byte values but CR and LF, in lines of 900 bytes. */
function everyByte(size: number): Buffer {
  const body = Buffer.alloc(
    size,
    Buffer.from([...Array(256).keys()].filter(byte => byte !== 10 && byte !== 13)),
  );
  for (let at = 900; at + 2 < size; at += 902) body.write('\r\n', at);
  body.write('\r\n', size - 2);
  return Buffer.concat([Buffer.from('Message-ID: <octets@x>\r\nSubject: \xe9t\xe9\r\n\r\n', 'latin1'), body]);
}
