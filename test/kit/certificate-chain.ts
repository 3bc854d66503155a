import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIDDLE = '/C=FR/O=IGC de test/CN=AC ORGANISATIONS';

/** PEM texts. */
export interface ChainOfThree {
  readonly root: string;
  readonly intermediate: string;
  readonly leaf: { readonly cert: string; readonly key: string };
}

const AUTHORITY = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
/** Without key identifiers: names alone say who issued it. */
const LEAF =
  'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nsubjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n';

/** Another authority that calls itself like the one in the middle: a renewed key. */
export function namesake(): string {
  return made(({ issue, read }) => {
    issue('other', MIDDLE, 'other', AUTHORITY);
    return read('other.pem');
  });
}

/** An ORG AUTH_CLI of a structure under two authorities, as IGC-Santé has them; made by openssl, valid for a year. */
export function chainOfThree(structure = '1120456789'): ChainOfThree {
  return made(({ issue, read }) => {
    issue('root', '/C=FR/O=IGC de test/CN=AC RACINE', 'root', AUTHORITY);
    issue('intermediate', MIDDLE, 'root', AUTHORITY);
    issue('leaf', `/C=FR/O=CHU X/OU=${structure}/CN=dmp.chu-x.example`, 'intermediate', LEAF);
    return {
      root: read('root.pem'),
      intermediate: read('intermediate.pem'),
      leaf: { cert: read('leaf.pem'), key: read('leaf.key') },
    };
  });
}

interface Maker {
  readonly issue: (name: string, subject: string, by: string, extensions: string) => void;
  readonly read: (file: string) => string;
}

function made<T>(make: (maker: Maker) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-chain-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  try {
    return make({
      issue(name, subject, by, extensions) {
        writeFileSync(join(folder, 'extensions'), extensions);
        const key = [
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-keyout',
          `${name}.key`,
        ];
        openssl('req', '-new', ...key, '-subj', subject, '-out', 'request');
        const issuer = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial'];
        const signer = by === name ? ['-key', `${name}.key`] : issuer;
        const form = ['-req', '-in', 'request', '-days', '365', '-extfile', 'extensions'];
        openssl('x509', ...form, ...signer, '-out', `${name}.pem`);
      },
      read: file => readFileSync(join(folder, file), 'utf8'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
