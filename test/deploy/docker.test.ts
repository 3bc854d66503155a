import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const instructions = readFileSync('Dockerfile', 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter(line => line !== '')
  .map(line => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const lastFrom = instructions.findLastIndex(({ name }) => name === 'FROM');
const final = instructions.slice(lastFrom);
const dependencies = instructions.slice(
  instructions.findIndex(({ rest }) => rest.endsWith('AS dependencies')),
  lastFrom,
);

function inFinal(name: string): string[] {
  return final.filter(instruction => instruction.name === name).map(({ rest }) => rest);
}

describe('Dockerfile', () => {
  it('starts every stage from the official slim image of Node 24', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ', 1)[0]);
    expect(new Set(bases)).toEqual(new Set(['node:24-slim']));
  });

  it('runs as a numbered user that is not root', () => {
    expect(inFinal('USER')).toEqual(['1000:1000']);
    const afterUser = final.slice(final.findIndex(({ name }) => name === 'USER'));
    expect(afterUser.filter(({ name }) => name === 'RUN')).toEqual([]);
  });

  it('carries neither the pinned runtime nor development tools', () => {
    const install = dependencies.find(({ rest }) => rest.startsWith('npm ci'))?.rest;
    expect(install).toContain('--omit=dev');
    expect(install).toContain('--omit=optional');
    const modules = inFinal('COPY').filter(copy => copy.includes('node_modules'));
    expect(modules).toEqual(['--from=dependencies /app/node_modules node_modules']);
  });

  it('holds the build and no source, so that bin/pfi.js starts the build', () => {
    expect(inFinal('COPY')).toContain('--from=build /app/dist dist');
    expect(inFinal('COPY').filter(copy => /\bsrc\b/.test(copy))).toEqual([]);
  });

  it('writes the journal in a volume and asks /livez whether it lives', () => {
    expect(inFinal('VOLUME')).toEqual(['/var/lib/pfi']);
    const [check = ''] = inFinal('HEALTHCHECK');
    expect(check).toMatch(/CMD \["node", "-e", .*127\.0\.0\.1:8080\/livez/);
    expect(inFinal('ENTRYPOINT')).toEqual(['["node", "/app/bin/pfi.js"]']);
    expect(inFinal('STOPSIGNAL')).toEqual(['SIGTERM']);
  });
});

describe('.dockerignore', () => {
  it('lets in only what the image is built from', () => {
    const lines = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).every(line => line.startsWith('!'))).toBe(true);
    const copied = instructions
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(lines.slice(1).toSorted()).toEqual([...new Set(copied.map(path => `!${path}`))].toSorted());
  });
});

describe('compose.yaml', () => {
  const { pfi } = parse(readFileSync('compose.yaml', 'utf8')).services;

  it('gives the gateway a read-only root, no capability and no way to more rights', () => {
    expect(pfi).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: '1000:1000',
    });
    expect(pfi.tmpfs).toEqual([expect.stringMatching(/^\/tmp:/)]);
    expect(pfi.privileged).toBeUndefined();
  });

  it('keeps the journal in a volume, the configuration read-only and the secrets in a file', () => {
    expect(pfi.volumes).toEqual(['./pfi.yaml:/etc/pfi/pfi.yaml:ro', 'journal:/var/lib/pfi']);
    expect(pfi.env_file).toBe('secrets.env');
    expect(pfi.environment).toBeUndefined();
  });

  it('opens no port to the network, checks health, restarts, and waits for what is on the wire', () => {
    expect(pfi.ports).toEqual(['127.0.0.1:8080:8080']);
    expect(pfi.healthcheck.test.join(' ')).toContain('/livez');
    expect(pfi.restart).toBe('unless-stopped');
    expect(Number.parseInt(pfi.stop_grace_period, 10)).toBeGreaterThan(30);
  });

  it('asks the same of /livez as the image does', () => {
    const [check = ''] = inFinal('HEALTHCHECK');
    expect(check).toContain(pfi.healthcheck.test[3]);
  });
});
