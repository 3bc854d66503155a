import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAL, ERROR_MAILBOX, LABORATORY } from '../../samples/actors.ts';
import { archivePart, documentMail } from '../../samples/kit/mail.ts';
import { samplePdf } from '../../samples/kit/pdf.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { createMailSender } from '../../src/peers/smtp/sender.ts';
import { startWorld } from '../kit/gateway.ts';
import { type JudgingDpi, startJudgingDpi } from '../kit/judging-dpi.ts';
import { mailsIn } from '../kit/maildir.ts';
import { hasShared, SHARED } from '../kit/shared.ts';
import { untilFinished } from '../lab/exchanges.ts';
import { labOff, prepareLab } from '../lab/run.ts';
import { BALS, hospital, portsOf } from '../lab/sites.ts';

const corpus = join(SHARED, 'corpus/xdm');
const tools = join(SHARED, 'tools');
const present = hasShared('corpus/xdm') && hasShared('tools');
const archives = present ? readdirSync(corpus).filter(name => name.endsWith('.zip')) : [];

const MINUTE = 60_000;
const REFUSALS = ['902', '904', '903', '905', '901'] as const;

/** An archive's mail: two of three ask for an MDN, the DPI refuses one of five. */
interface Sent {
  readonly archive: string;
  readonly messageId: string;
  readonly asks: boolean;
  readonly refusal: string | undefined;
}

const SENT: readonly Sent[] = archives.map((archive, place) => ({
  archive,
  messageId: `<archive-${place + 1}@labo-y.mssante.fr>`,
  asks: place % 3 !== 2,
  refusal: place % 5 === 4 ? REFUSALS[Math.floor(place / 5) % REFUSALS.length] : undefined,
}));

/** Where the mails go in, and where what becomes of them can be seen. */
interface Stage {
  readonly sender: string;
  readonly bal: string;
  readonly errors: string;
  send(raw: Buffer): Promise<void>;
  withJournal<T>(work: (journal: Journal) => Promise<T>): Promise<T>;
  /** The mails that lie with those who are told; all of them have arrived. */
  answers(): Promise<readonly Answer[]>;
  stop(): Promise<void>;
}

interface Answer {
  readonly to: string;
  readonly inReplyTo: string | undefined;
  readonly path: string;
}

const STAGES: readonly {
  name: string;
  off: boolean;
  start: (dpi: JudgingDpi, folder: string) => Promise<Stage>;
}[] = [
  { name: 'Dovecot, Postfix and the daemon', off: labOff !== undefined, start: labStage },
  { name: 'the sandbox, in this process', off: false, start: sandboxStage },
];

for (const { name, off, start } of STAGES) {
  describe.skipIf(!present || off)(`the 73 official archives, sent as mails through ${name}`, () => {
    let folder: string;
    let dpi: JudgingDpi;
    let stage: Stage;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'pfi-archives-'));
      const refusals = new Map(SENT.map(({ messageId, refusal }) => [messageId, refusal]));
      dpi = await startJudgingDpi(message => refusals.get(mailOf(message)));
      stage = await start(dpi, folder);
      for (const sent of SENT) {
        const raw = mailFor(sent, stage);
        writeFileSync(join(folder, `${sent.archive}.eml`), raw);
        await stage.send(raw);
      }
      const due = { nature: 'mail', count: SENT.length } as const;
      await stage.withJournal(journal => untilFinished(journal, due, 2 * MINUTE));
    }, 3 * MINUTE);

    afterAll(async () => {
      await stage?.stop();
      await dpi?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('give 63 MDM in which check_mdm.py finds no fault', () => {
      const files = dpi.messages.map(({ message, raw }) => {
        const path = join(folder, `${archiveOf(mailOf(message))}.hl7`);
        writeFileSync(path, raw);
        return path;
      });
      const { stdout, stderr } = spawnSync('python3', [join(tools, 'check_mdm.py'), ...files], {
        encoding: 'utf8',
      });
      expect(`${stdout}${stderr}`.trim()).toBe('63 messages, 0 faults');
      expect(new Set(files).size).toBe(63);
    });

    it('leave 10 replacements without a parent on the worklist', async () => {
      const handedOver = new Set(dpi.messages.map(({ message }) => mailOf(message)));
      await stage.withJournal(async journal => {
        const held = await journal.list({ held: true, limit: 100 });
        const codes = [];
        for (const { id } of held) {
          const view = await journal.exchange(id);
          codes.push(
            ...(view?.deliveries ?? []).flatMap(({ hold }) => (hold === undefined ? [] : [hold.code])),
          );
        }
        expect(codes).toEqual(Array.from({ length: 10 }, () => 'XDM-016'));
        expect(held.filter(({ messageId = '' }) => handedOver.has(messageId))).toEqual([]);
      });
    });

    it('are answered by mails in which check_mail.py finds no fault', async () => {
      const handedOver = new Set(dpi.messages.map(({ message }) => mailOf(message)));
      const due = SENT.filter(
        ({ messageId, asks, refusal }) => handedOver.has(messageId) && (asks || refusal),
      );
      const answers = await stage.answers();
      expect(answers.map(answer => archiveOf(answer.inReplyTo)).toSorted()).toEqual(
        due.map(({ archive }) => archive).toSorted(),
      );
      const checks = answers.map(({ inReplyTo, to, path }) => {
        const { asks, refusal, archive } = sentAs(inReplyTo);
        expect([archive, to]).toEqual([archive, asks ? stage.sender : stage.errors]);
        const kind = asks ? (refusal === undefined ? 'mdn-ok' : 'mdn-error') : 'error-mail';
        return { kind, code: refusal ?? null, path, original: join(folder, `${archive}.eml`) };
      });
      const count = (kind: string): number => checks.filter(check => check.kind === kind).length;
      process.stdout.write(
        `\n[corpus] ${name}: ${dpi.messages.length} MDM, ${count('mdn-ok')} MDN of success, ` +
          `${count('mdn-error')} of refusal, ${count('error-mail')} error mails\n`,
      );
      expect(checkMails(checks)).toEqual([]);
      expect(Math.min(count('mdn-ok'), count('mdn-error'), count('error-mail'))).toBeGreaterThan(0);
    });
  });
}

/** OBX-3.1 of the mail's own OBX is its Message-ID. */
function mailOf(message: JudgingDpi['messages'][number]['message']): string {
  return message.all('OBX')[1]?.component(3, 1) ?? '';
}

function sentAs(messageId: string | undefined): Sent {
  const sent = SENT.find(each => each.messageId === messageId);
  if (sent === undefined) throw new Error(`${messageId} was never sent`);
  return sent;
}

function archiveOf(messageId: string | undefined): string {
  return sentAs(messageId).archive;
}

function mailFor({ archive, messageId, asks }: Sent, { sender, bal }: Stage): Buffer {
  return documentMail({
    from: `"Laboratoire Y" <${sender}>`,
    to: bal,
    subject: `XDM/1.0/DDM+${archive.replaceAll(/[^A-Za-z0-9-]/g, ' ').trim()}`,
    text: 'Bonjour,\n\nVeuillez trouver ci-joint un document.\n',
    attachments: [
      archivePart(readFileSync(join(corpus, archive))),
      { contentType: 'application/pdf', filename: 'document.pdf', content: samplePdf(['Document']) },
    ],
    messageId,
    returnPath: '',
    ...(asks && { dnt: sender }),
  });
}

/** Every check in one process of python. @returns the faults */
function checkMails(checks: readonly object[]): string[] {
  const driver = `
import json, sys
sys.path.insert(0, sys.argv[1])
from check_mail import check, parse
for c in json.load(sys.stdin):
    for fault in check(c['kind'], parse(c['path']), parse(c['original']), c['code']):
        print(c['original'].split('/')[-1], c['kind'], fault)
`;
  const { stdout, stderr } = spawnSync('python3', ['-c', driver, tools], {
    input: JSON.stringify(checks),
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '');
}

async function labStage(dpi: JudgingDpi): Promise<Stage> {
  const [bal] = BALS;
  const sender = 'sgl@labo-y.mssante.fr';
  const errors = 'erreurs@chu-x.mssante.fr';
  const run = await prepareLab(lab => hospital({ ...portsOf(lab), dpi: dpi.port }));
  const { lab, daemon } = run;
  const submission = createMailSender({
    server: {
      host: 'localhost',
      port: lab.smtpPort,
      tls: { mode: 'starttls', ca: lab.ca, cert: undefined, key: undefined },
      auth: { type: 'none' },
    },
    timing: { connect: MINUTE, silence: MINUTE },
  });
  await daemon.start();
  return {
    sender,
    bal,
    errors,
    send: async raw => void (await submission.send(raw, { from: sender, to: [bal] })),
    withJournal: work => run.withJournal(work),
    async answers() {
      await run.untilDelivered();
      return [sender, errors].flatMap(to => mailsIn(lab.maildir(to)).map(mail => ({ ...mail, to })));
    },
    async stop() {
      await submission.close();
      await run.stop();
    },
  };
}

async function sandboxStage(dpi: JudgingDpi, folder: string): Promise<Stage> {
  const world = await startWorld({
    application: { deliver: { mllp: { host: '127.0.0.1', port: dpi.port } } },
  });
  return {
    sender: LABORATORY,
    bal: BAL,
    errors: ERROR_MAILBOX,
    send: async raw => world.deliver(raw),
    withJournal: work => work(world.gateway().journal),
    answers: async () =>
      world.operator.accepted().map(({ raw, envelope }, place) => {
        const path = join(folder, `answer-${place}.eml`);
        writeFileSync(path, raw);
        const inReplyTo = /^In-Reply-To: (<[^>]+>)/im.exec(raw.toString('latin1'))?.[1];
        return { to: envelope.to[0] ?? '', inReplyTo, path };
      }),
    stop: () => world.stop(),
  };
}
