import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesOf } from './files.ts';
import { brokenImports, specifiersOf } from './imports.ts';

describe('imports of src/', () => {
  it('point one way', () => {
    const files = filesOf('src/**/*.ts');
    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap(file => brokenImports(file, readFileSync(file, 'utf8')))).toEqual([]);
  });
});

describe('the rule itself', () => {
  it.each([
    ['src/formats/hl7/mdm.ts', '../../peers/interfaces.ts'],
    ['src/formats/hl7/mdm.ts', '../../config/schema.ts'],
    ['src/formats/hl7/mdm.ts', 'node:fs'],
    ['src/formats/hl7/mdm.ts', 'node:fs/promises'],
    ['src/errors/catalogue.ts', '../formats/xml/decode.ts'],
    ['src/peers/mllp/client.ts', '../../journal/journal.ts'],
    ['src/peers/mllp/client.ts', '../../config/schema.ts'],
    ['src/flows/receive-document.ts', '../peers/imap/watcher.ts'],
    ['src/flows/receive-document.ts', '../config/schema.ts'],
    ['src/flows/receive-document.ts', '../gateway/gateway.ts'],
    ['src/flows/receive-document.ts', 'node:net'],
    ['src/journal/journal.ts', '../flows/receive-document.ts'],
    ['src/journal/sqlite.ts', '../peers/smtp/sender.ts'],
    ['src/gateway/gateway.ts', '../cli/main.ts'],
    ['src/gateway/gateway.ts', '../sandbox/dpi.ts'],
    ['src/admin/server.ts', '../flows/receive-document.ts'],
    ['src/sandbox/dpi.ts', '../gateway/gateway.ts'],
    ['src/cli/run.ts', '../../samples/generate.ts'],
    ['src/cli/demo.ts', '../../test/kit/wait.ts'],
    ['src/cli/run.ts', 'node:net'],
    ['src/cli/demolish.ts', '../../samples/scenarios.ts'],
    ['src/peers/mllp/client.ts', '../../../samples/generate.ts'],
    ['src/attic/x.ts', './y.ts'],
  ])('%s must not import %s', (file, specifier) => {
    for (const text of [
      `import { x } from '${specifier}';`,
      `import type {\n  X,\n  Y,\n} from "${specifier}";`,
      `export * from '${specifier}';`,
      `import '${specifier}';`,
      `const x = await import('${specifier}');`,
    ]) {
      expect(brokenImports(file, text)).toHaveLength(1);
    }
  });

  it.each([
    ['src/formats/hl7/mdm.ts', '../cda/types.ts'],
    ['src/formats/hl7/mdm.ts', '../../errors/gateway-error.ts'],
    ['src/formats/xdm/read-xdm.ts', 'node:crypto'],
    ['src/peers/mllp/client.ts', '../../formats/hl7/framing.ts'],
    ['src/peers/mllp/client.ts', 'node:net'],
    ['src/flows/receive-document.ts', '../peers/interfaces.ts'],
    ['src/gateway/peers.ts', '../peers/imap/watcher.ts'],
    ['src/gateway/mailboxes.ts', '../flows/receive-document.ts'],
    ['src/cli/supervisor.ts', '../gateway/gateway.ts'],
    ['src/cli/demo.ts', '../sandbox/dpi.ts'],
    ['src/cli/demo.ts', '../../samples/scenarios.ts'],
    ['src/cli/demo-outcome.ts', '../../samples/scenarios.ts'],
    ['src/cli/demo.ts', 'node:net'],
    ['src/sandbox/dpi.ts', '../../samples/scenarios.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(brokenImports(file, `import { x } from '${specifier}';`)).toEqual([]);
  });

  it('sees workers, and neither comments on imports nor texts', () => {
    expect(specifiersOf(`new Worker(new URL('./reader.ts', import.meta.url))`)).toEqual(['./reader.ts']);
    expect(specifiersOf(`// taken from '../peers/x.ts'\nconst x = "it comes from './y.ts'";`)).toEqual([]);
  });
});
