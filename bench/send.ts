import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cdaSample } from '../samples/kit/cda.ts';
import { samplePdf } from '../samples/kit/pdf.ts';
import { requestMessage } from '../samples/kit/request.ts';
import { startCreator } from '../src/sandbox/creator.ts';
import { startOperator } from '../src/sandbox/operator.ts';
import { createDaemon } from '../test/kit/daemon.ts';
import { freePort } from '../test/kit/free-port.ts';
import { waitFor } from '../test/kit/wait.ts';
import { costsOf } from './costs.ts';

/**
 * How fast requests leave: each answered with AA, its archive and PDF made, its mail submitted, the operator's report
 * brought to who asked. The gateway is processes of its own; the operator and the laboratory's software of the sandbox
 * share this one.
 */
const BAL = 'pfi@embruns.mssante.fr';
const DOCTOR = 'anne.tanguy@cabinet-du-port.mssante.fr';
const PASSWORD = 'mesure';
const MEBIBYTE = 1024 * 1024;
const LONGEST_MS = 10 * 60_000;

await send('structured reports, a PDF rendered of each', 200, 0);
await send('reports that are a PDF of 5 MB', 20, 5 * MEBIBYTE);

/** @param pdfBytes what the document's own PDF weighs; 0 for a structured report, which has none */
async function send(what: string, count: number, pdfBytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-bench-'));
  const operator = await startOperator({
    mailboxes: [BAL, DOCTOR].map(address => ({ address, password: PASSWORD })),
  });
  const creator = await startCreator();
  writeFileSync(join(folder, 'ca.pem'), operator.ca);
  const account = { host: 'localhost', ca: 'ca.pem', user: BAL, password: PASSWORD };
  const requests = await freePort();
  const daemon = createDaemon(folder, {
    establishment: { name: 'Laboratoire des Embruns', finess: '290000999', structureId: '1290000999' },
    product: { nil: 'DEV000000' },
    journal: { url: 'sqlite:./journal.db' },
    gateway: { application: 'PFI', facility: 'EMBRUNS' },
    admin: { port: await freePort() },
    mailboxes: [
      {
        name: 'bal',
        address: BAL,
        imap: { ...account, port: operator.imapPort },
        smtp: { ...account, port: operator.smtpPort },
        application: 'sgl',
      },
    ],
    applications: [
      {
        name: 'sgl',
        hl7: { application: 'SGL', facility: 'EMBRUNS' },
        deliver: { mllp: { host: '127.0.0.1', port: creator.port } },
        accept: { mllp: { port: requests } },
        mailbox: 'bal',
      },
    ],
  });
  try {
    await daemon.start();
    creator.connectTo({ host: '127.0.0.1', port: requests });
    const messages = Array.from({ length: count }, (_, number) => requestOf(number, pdfBytes));
    const begun = performance.now();
    const answers = await Promise.all(messages.map(message => creator.send(message)));
    const accepted = (performance.now() - begun) / 1000;
    const refused = answers.filter(({ code }) => code !== 'AA').length;
    if (refused > 0) throw new Error(`${refused} requests were refused`);
    await waitFor(() => creator.received().length === count, {
      timeoutMs: LONGEST_MS,
      what: `${count} receipts`,
    });
    const seconds = (performance.now() - begun) / 1000;
    const { memoryMb, cpuSeconds } = costsOf(daemon.pid());
    await daemon.stop();
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    console.log(
      `${what}: ${count} requests (${Math.round(bytes / MEBIBYTE)} MiB), all answered in ${accepted.toFixed(1)} s, ` +
        `all reported in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} requests/s; the gateway: ` +
        `${cpuSeconds.toFixed(1)} s of processor, its start included, at most ${memoryMb} MiB of memory`,
    );
  } finally {
    if (daemon.pid() !== undefined) await daemon.kill();
    await Promise.all([creator.stop(), operator.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function requestOf(number: number, pdfBytes: number): Buffer {
  const id = { root: '1.2.250.1.999.1.1', extension: `B${number}` };
  const about = { id, setId: { ...id, extension: `S${number}` } };
  const pdf = Buffer.concat([samplePdf(['Compte rendu']), randomBytes(pdfBytes)]);
  const sample = pdfBytes === 0 ? cdaSample(about) : cdaSample({ ...about, level: 1, pdf });
  return requestMessage({
    controlId: `B${number}`,
    documents: [sample],
    recipients: [{ address: DOCTOR }],
    wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' },
  });
}
