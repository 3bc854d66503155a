import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../../src/cli/inspect.ts';
import { renderFinding } from '../../src/cli/inspect-finding.ts';
import { usualReader } from '../../src/cli/inspect-mail.ts';
import type { Reader } from '../../src/flows/reading/reader.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const ZAM = 'Au logiciel créateur, s’il l’a demandé';

let reader: Reader;
beforeAll(() => {
  reader = usualReader();
});
afterAll(() => reader.stop());

describe.skipIf(!hasShared('corpus/dsn'))('what `pfi inspect` says of the reports of real servers', () => {
  const reports = hasShared('corpus/dsn') ? readdirSync(join(SHARED, 'corpus/dsn')) : [];
  it.each(reports)('%s', async name => {
    const finding = await look(join(SHARED, 'corpus/dsn', name), reader);
    expect(finding.facts['Accusé']).toBe('avis de remise (DSN)');
    expect(finding.facts['Sur le courriel']).toMatch(/^<.+>$/);
    expect(finding.parts.length).toBeGreaterThan(0);
    for (const { title, facts } of finding.parts) {
      expect(title).toMatch(/^Destinataire \S+@\S+$/);
      expect(facts[ZAM]).toMatch(/^(ZAM\^Z02 (Y|N, \d{3} : .+)|rien : ce n’est pas la fin)$/);
    }
    expect(renderFinding(finding)).not.toMatch(/undefined|\[object/);
  });
});
