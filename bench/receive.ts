import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BAL, KNOWN_PATIENTS, LABORATORY, laboratoryMail } from '../samples/actors.ts';
import { cdaSample } from '../samples/kit/cda.ts';
import { samplePdf } from '../samples/kit/pdf.ts';
import { startDpi } from '../src/sandbox/dpi.ts';
import { startOperator } from '../src/sandbox/operator.ts';
import { createDaemon } from '../test/kit/daemon.ts';
import { freePort } from '../test/kit/free-port.ts';
import { waitFor } from '../test/kit/wait.ts';
import { costsOf } from './costs.ts';

/**
 * How fast an inbox is drained: every mail fetched, read, handed to the DPI, its sender told, filed. The gateway is a
 * process of its own; the operator and the DPI of the sandbox share this one, and cost as much again.
 */
const PASSWORD = 'mesure';
const MEBIBYTE = 1024 * 1024;
const LONGEST_MS = 10 * 60_000;

await drain('small mails', 500, 0);
await drain('mails of 10 MB', 20, 10 * MEBIBYTE);

/** @param mailBytes what a mail weighs, about; 0 for the size of a structured report */
async function drain(what: string, count: number, mailBytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-bench-'));
  const accounts = [BAL, LABORATORY].map(address => ({ address, password: PASSWORD }));
  const operator = await startOperator({ mailboxes: accounts });
  const dpi = await startDpi({ patients: KNOWN_PATIENTS });
  writeFileSync(join(folder, 'ca.pem'), operator.ca);
  const account = { host: 'localhost', ca: 'ca.pem', user: BAL, password: PASSWORD };
  const daemon = createDaemon(folder, {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: { nil: 'DEV000000' },
    journal: { url: 'sqlite:./journal.db' },
    gateway: { application: 'PFI', facility: 'CHU_X' },
    admin: { port: await freePort() },
    mailboxes: [
      {
        name: 'bal',
        address: BAL,
        imap: { ...account, port: operator.imapPort },
        smtp: { ...account, port: operator.smtpPort },
        application: 'dpi',
      },
    ],
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: dpi.port } },
      },
    ],
  });
  try {
    let bytes = 0;
    for (let number = 1; number <= count; number++) {
      const raw = await mailOf(number, mailBytes);
      bytes += raw.length;
      operator.deliver(raw, { from: LABORATORY, to: [BAL] });
    }
    await daemon.start();
    const begun = performance.now();
    await waitFor(
      () => operator.folder(BAL, 'Traites').length === count && operator.accepted().length === count,
      { timeoutMs: LONGEST_MS, what: `${count} mails filed and answered` },
    );
    const seconds = (performance.now() - begun) / 1000;
    const { memoryMb, cpuSeconds } = costsOf(daemon.pid());
    await daemon.stop();
    console.log(
      `${what}: ${count} (${Math.round(bytes / MEBIBYTE)} MiB) in ${seconds.toFixed(1)} s, ` +
        `${(count / seconds).toFixed(1)} mails/s, ${(bytes / MEBIBYTE / seconds).toFixed(1)} MiB/s; the gateway: ${cpuSeconds.toFixed(1)} s of processor, its start included, at most ${memoryMb} MiB of memory`,
    );
  } finally {
    if (daemon.pid() !== undefined) await daemon.kill();
    await Promise.all([dpi.stop(), operator.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A report that asks for an MDN; a large one holds a PDF that cannot be compressed. */
async function mailOf(number: number, mailBytes: number): Promise<Buffer> {
  const id = { root: '1.2.250.1.999.1.1', extension: `B${number}` };
  const about = { id, setId: { ...id, extension: `S${number}` } };
  // The archive undoes the document's base64, the mail adds its own.
  const pdf = Buffer.concat([samplePdf(['Compte rendu']), randomBytes(Math.floor((mailBytes * 3) / 4))]);
  const sample = mailBytes === 0 ? cdaSample(about) : cdaSample({ ...about, level: 1, pdf });
  return laboratoryMail({ number, documents: [{ sample }], asksReceipt: true });
}
