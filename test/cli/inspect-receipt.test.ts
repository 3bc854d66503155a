import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laboratoryMail, LABORATORY } from '../../samples/actors.ts';
import { look } from '../../src/cli/inspect.ts';
import type { Finding } from '../../src/cli/inspect-finding.ts';
import { usualReader } from '../../src/cli/inspect-mail.ts';
import type { Reader } from '../../src/flows/reading/reader.ts';
import { buildDeliveryReport, type Fate } from '../../src/sandbox/delivery-report.ts';

let folder: string;
let reader: Reader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-inspect-receipt-'));
  reader = usualReader();
});
afterAll(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true, force: true });
});

function inspect(mail: Uint8Array | string): Promise<Finding> {
  const path = join(folder, 'accuse.eml');
  writeFileSync(path, mail);
  return look(path, reader);
}

const ABOUT = '<0190f1c2-0000-7000-8000-000000000001@embruns.mssante.fr>';

async function deliveryReport(
  action: Fate['action'],
  fates: readonly Omit<Fate, 'action'>[],
): Promise<Buffer> {
  const raw = await laboratoryMail({ number: 1, documents: [], messageId: ABOUT });
  const to = fates.map(({ address }) => address);
  const mail = {
    envelope: {
      from: LABORATORY,
      to,
      user: LABORATORY,
      recipients: to.map(address => ({ address, notify: [], orcpt: undefined })),
      ret: 'HDRS',
      envid: 'ENVOI-1',
    },
    raw,
    at: new Date('2026-11-20T08:00:00Z'),
  };
  const about = { queueId: 'A1', time: new Date('2026-11-20T08:01:00Z') };
  return buildDeliveryReport(
    mail,
    action,
    fates.map(fate => ({ ...fate, action })),
    about,
  );
}

const ZAM = 'Au logiciel créateur, s’il l’a demandé';

describe('a DSN', () => {
  it.each([
    ['delivered', '2.0.0', 'X-Postfix; delivered', 'remis', 'ZAM^Z02 Y', 'file'],
    ['delayed', '4.4.1', 'X-Postfix; no answer', 'retardé', 'rien : ce n’est pas la fin', 'file'],
    [
      'failed',
      '5.2.2',
      'smtp; 552 5.2.2 mailbox full',
      'échec',
      'ZAM^Z02 N, 552 : Action abandonnée',
      'hold',
    ],
  ] as const)(
    '%s: which mail, which recipient, and the ZAM',
    async (action, status, diagnostic, what, zam, decision) => {
      const found = await inspect(
        await deliveryReport(action, [
          { address: 'a@chu-x.mssante.fr', status, diagnostic },
          { address: 'b@chu-x.mssante.fr', status, diagnostic },
        ]),
      );
      expect(found.facts).toMatchObject({
        Accusé: 'avis de remise (DSN)',
        'Sur l’envoi (ENVID)': 'ENVOI-1',
        'Sur le courriel': ABOUT,
      });
      expect(found.parts.map(({ title }) => title)).toEqual([
        'Destinataire a@chu-x.mssante.fr',
        'Destinataire b@chu-x.mssante.fr',
      ]);
      for (const { facts } of found.parts) {
        expect(facts['Remise']).toContain(what);
        expect(facts['Réponse du serveur']).toContain(status);
        expect(facts[ZAM]).toContain(zam);
      }
      expect(found.decision).toBe(decision);
      expect(found.fault?.code).toBe(decision === 'hold' ? 'OUT-010' : undefined);
    },
  );
});

function mdn(disposition: string, ...more: string[]): string {
  return [
    'From: dpi@chu-x.mssante.fr',
    `To: ${LABORATORY}`,
    'Subject: XDM/1.0/DDM+accuse',
    'Message-ID: <mdn-1@chu-x.mssante.fr>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Bonjour',
    '--b',
    'Content-Type: message/disposition-notification',
    '',
    'Final-Recipient: rfc822; dpi@chu-x.mssante.fr',
    `Original-Message-ID: ${ABOUT}`,
    `Disposition: ${disposition}`,
    ...more,
    '',
    '--b--',
    '',
  ].join('\r\n');
}

describe('an MDN', () => {
  const automatic = 'automatic-action/MDN-sent-automatically';
  it.each([
    [`${automatic}; processed`, 'traité', 'ZAM^Z03 Y'],
    ['manual-action/MDN-sent-manually; displayed', 'lu', 'ZAM^Z03 Y'],
    [`${automatic}; deleted`, 'supprimé', 'rien : ce n’est pas la fin'],
    [
      `${automatic}; processed/Error: 902^Patient inconnu`,
      'traité',
      'ZAM^Z03 N, 902 : Identifiant patient inconnu',
    ],
  ])('%s', async (disposition, reading, zam) => {
    const { facts, parts } = await inspect(mdn(disposition));
    expect(facts).toMatchObject({ Accusé: 'accusé de lecture (MDN)', 'Sur le courriel': ABOUT });
    expect(parts.map(({ title }) => title)).toEqual(['Destinataire dpi@chu-x.mssante.fr']);
    expect(parts[0]?.facts['Lecture']).toContain(reading);
    expect(parts[0]?.facts[ZAM]).toBe(zam);
  });
});

describe('an error mail', () => {
  it('is about the mail that it answers', async () => {
    const mail = [
      'From: erreurs@chu-x.mssante.fr',
      `To: ${LABORATORY}`,
      'Subject: [KO =?utf-8?Q?Int=C3=A9gration?= =?utf-8?Q?_syst=C3=A8me?= !][902] Re: envoi',
      'Message-ID: <ko-1@chu-x.mssante.fr>',
      `In-Reply-To: ${ABOUT}`,
      '',
      'Le document n’est pas intégré.',
      '',
    ].join('\r\n');
    const { facts, parts, verdict } = await inspect(mail);
    expect(facts).toMatchObject({
      Accusé: 'courriel d’erreur du logiciel destinataire',
      'Sur le courriel': ABOUT,
    });
    expect(parts[0]?.facts).toMatchObject({
      Erreur: '902',
      [ZAM]: 'ZAM^Z03 N, 902 : Identifiant patient inconnu',
    });
    expect(verdict[0]).toContain('« Autres »');
  });
});
