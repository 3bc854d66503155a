import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAL } from '../../samples/actors.ts';
import { type CdaSample, cdaDocument } from '../../samples/kit/cda.ts';
import { requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import { look } from '../../src/cli/inspect.ts';
import { type Finding, renderFinding } from '../../src/cli/inspect-finding.ts';
import { usualReader } from '../../src/cli/inspect-mail.ts';
import { CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { Reader } from '../../src/flows/reading/reader.ts';
import { DMP_ALONE, newDmpDocument, nextVersion } from '../kit/dmp.ts';
import { REPOSITORY } from './processes.ts';

const DATA = join(REPOSITORY, 'samples/data/messages');
let folder: string;
let reader: Reader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-inspect-dmp-'));
  reader = usualReader();
});
afterAll(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true, force: true });
});

function inspect(overrides: Partial<RequestSample>): Promise<Finding> {
  const path = join(folder, 'demande.hl7');
  writeFileSync(path, requestMessage({ ...DMP_ALONE, ...overrides }));
  return look(path, reader);
}

const inspectDocument = (change: Partial<CdaSample>): Promise<Finding> =>
  inspect({ documents: [newDmpDocument(change)] });

describe('the DMP part of a request', () => {
  it('is told as the gateway would prepare it: documents, who speaks, for which structure', async () => {
    const first = newDmpDocument();
    const second = nextVersion(first);
    const finding = await inspect({ documents: [second], action: 'replace' });
    expect([finding.decision, finding.fault]).toEqual(['deposit', undefined]);
    const text = renderFinding(finding);
    expect(text).toContain('\nDemandé : dépôt au DMP, accusé de réception (ZAM^Z01)\n');
    expect(text).toContain('\n  → Pour le DMP.\n');
    expect(text).toContain(
      [
        '\nDMP',
        '  Demande : remplacement (TD3.1b, TD2.1)',
        `  Document 1 : ${second.id.root} · remplace ${first.id.root} · classe 10 `,
      ].join('\n'),
    );
    expect(text).toContain("· type 11502-2 CR d'examens biologiques · confidentialité N · text/xml\n");
    expect(text).toContain('\n  Au nom de (VIHF) : 810009990017 · KERVELLA Yann · Médecin · ');
    expect(text).toContain('\n  Structure (PRT-8.10) : 1290000999, qui doit être une de `dmp.structures`\n');
    expect(text).toContain('\n→ Demande acceptée (AA) ; aucun courriel n’est demandé.\n');
    // Whether there is a DMP only the configuration tells.
    expect(text).toContain(
      'si la configuration a un DMP (`dmp`) ; sinon, elle attend une personne (OUT-001).',
    );
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('stands beside the mails, each with its receipt', async () => {
    const finding = await inspect({
      documents: [newDmpDocument()],
      wishes: { ...DMP_ALONE.wishes, DESTMSSANTEPS: 'Y', CONNEXION_SECRETE: 'Y' },
      recipients: [{ address: BAL }],
    });
    expect(finding.decision).toBe('send');
    expect(finding.parts.map(({ title }) => title)).toEqual(['Courriel aux professionnels', 'DMP']);
    expect(finding.facts['Demandé']).toContain('accusé de réception (ZAM^Z01, ZAM^Z02)');
    expect(finding.parts[1]?.facts['Connexion secrète']).toContain('DMP-016');
  });

  it('to be deleted names the document alone, whatever its type', async () => {
    const document = newDmpDocument();
    const { parts, decision } = await inspect({ documents: [document], action: 'delete' });
    expect([decision, parts[0]?.facts]).toMatchObject([
      'deposit',
      { Demande: 'suppression (TD3.1b, TD3.3c)', 'Document 1': document.id.root },
    ]);
  });

  it('of somebody whom no document names is spoken of for whom the configuration says', async () => {
    const sender = {
      person: { id: '810009990099', family: 'LE BRAS', given: 'Maud' },
      organization: { name: 'Laboratoire des Embruns', id: '1290000999' },
    };
    const { parts } = await inspect({ documents: [newDmpDocument()], sender });
    expect(parts[0]?.facts['Au nom de (VIHF)']).toContain('`dmp.professionals`, sinon l’automate');
  });

  it.each<[ErrorCode, string, () => Promise<Finding>]>([
    ['DMP-010', 'an id with an extension', () => inspectDocument({ id: { root: '1.2.3', extension: 'x' } })],
    ['DMP-011', 'a restricted document', () => inspectDocument({ confidentiality: 'R' })],
    ['DMP-012', 'a patient without INS', () => inspect({ documents: [newDmpDocument()], qualified: false })],
    [
      'DMP-017',
      'a document that cannot be signed',
      () => {
        const xml = cdaDocument(newDmpDocument()).toString();
        const deep = `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`;
        return inspect({
          documents: [Buffer.from(xml.replace('</ClinicalDocument>', `${deep}</ClinicalDocument>`))],
        });
      },
    ],
  ])('is refused before it is sent (%s): %s', async (code, _, inspected) => {
    const { decision, fault, verdict, parts } = await inspected();
    expect([decision, fault?.code, parts.map(({ title }) => title)]).toEqual(['hold', code, ['DMP']]);
    const { why, todo } = CATALOGUE[code];
    expect(verdict.slice(1)).toEqual([
      expect.stringContaining('DMP : refusé avant tout envoi'),
      expect.stringContaining(`${code} : ${why}`),
      `À faire : ${todo}`,
    ]);
  });
});

describe('what the gateway tells of the DMP', () => {
  it.each([
    ['zam-z01-au-dmp', 'Oui (Y).', undefined],
    ['zam-z01-refuse-dmpclosed', 'Non (N).', 'DMPClosed Le DMP du patient est fermé'],
  ])('%s', async (name, answer, error) => {
    const { facts, verdict } = await look(join(DATA, `${name}.hl7`), reader);
    expect(facts).toMatchObject({
      'Accusé de': 'DMP : dépôt, remplacement ou suppression',
      'Demande (OBX-4)': 'EMB-000001',
      Destinataire: '',
    });
    expect(facts['Code du DMP (ERR-5)'] || undefined).toBe(error);
    expect(verdict).toEqual([`Accusé de la passerelle au logiciel créateur : ${answer}`]);
  });

  it('with a code of our own comes with what to do', async () => {
    const path = join(folder, 'zam.hl7');
    const zam = Buffer.from(
      'MSH|^~\\&|PFI|E|SGL|E|20261120||ZAM^Z01^ZAM_Z01|1|P|2.6\rEVN||20261120\r' +
        'OBX|1|CWE|ACK_RECEPTION_DMP^^AckMetierZAM|A1|N^^x||||||F\rERR|||207|E|DMP-010^Le type^DMP_ERROR_CODE\r',
    );
    writeFileSync(path, zam);
    const { facts, verdict } = await look(path, reader);
    expect(facts['Erreur']).toBe('DMP-010 Le type');
    expect(verdict.slice(1)).toEqual([
      `DMP-010 : ${CATALOGUE['DMP-010'].why}`,
      `À faire : ${CATALOGUE['DMP-010'].todo}`,
    ]);
  });
});
