import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestSample } from '../../samples/kit/request.ts';
import type { OrganisationRequest } from '../../src/sandbox/certificates.ts';
import { called } from '../cli/called.ts';
import { laboratoryFile } from '../cli/laboratory-file.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, startDmpSite } from '../kit/dmp.ts';
import { DOCTOR, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

/** Certificates that cannot serve: nothing is sent, who asked hears of it, and a person can have it all sent once they are replaced. */

type Profile = OrganisationRequest['profile'];

const DOWN = 'target down: its deliveries wait';
const DAY = 86_400_000;
const YESTERDAY = { notBefore: new Date(Date.now() - 30 * DAY), notAfter: new Date(Date.now() - DAY) };
const TOMORROW = { notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 30 * DAY) };

let site: DmpSite;
let laboratory: Laboratory;
beforeAll(async () => {
  site = await startDmpSite();
  laboratory = await startLaboratory({ settings: { dmp: site.settings } });
});
afterAll(async () => {
  await laboratory.stop();
  await site.stop();
});
afterEach(() => {
  site.certify('AUTH_CLI');
  site.certify('SIGN');
});

async function restart(settings: Readonly<Record<string, unknown>> = site.settings): Promise<void> {
  await laboratory.stopGateway();
  await laboratory.startGateway({ settings: { dmp: settings } });
}

async function accepted(overrides: Partial<RequestSample>): Promise<string> {
  const { message, controlId } = newRequest({ documents: [newDmpDocument()], ...DMP_ALONE, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

describe('a certificate that cannot serve', () => {
  it.each<[string, Profile, Partial<OrganisationRequest>]>([
    ['expired, for the connection', 'AUTH_CLI', { validity: YESTERDAY }],
    ['expired, for signing', 'SIGN', { validity: YESTERDAY }],
    ['not valid yet, for the connection', 'AUTH_CLI', { validity: TOMORROW }],
    ['of the other purpose, for the connection', 'AUTH_CLI', { profile: 'SIGN' }],
    ['of the other purpose, for signing', 'SIGN', { profile: 'AUTH_CLI' }],
    ['of another structure, for the connection', 'AUTH_CLI', { structure: '1350000888' }],
    ['of another structure, for signing', 'SIGN', { structure: '1350000888' }],
  ])(
    '%s: nothing is sent; the mail leaves; what waited is sent once it is replaced',
    async (_, profile, change) => {
      const before = [site.dmp.requests().length, site.dmp.faults().length];
      site.certify(profile, change);
      await restart();
      const id = await accepted({
        wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' },
        recipients: [{ address: DOCTOR }],
      });
      const view = await laboratory.reported(id);
      expect(laboratory.mails(view)).toHaveLength(1);
      expect(await laboratory.cameOf(id)).toMatchObject({ worklist: ['DMP-020'] });
      expect(laboratory.told(id).toSorted()).toEqual(['Z01 N DMP-020', `Z02 Y ${DOCTOR}`]);
      expect([site.dmp.requests().length, site.dmp.faults().length]).toEqual(before);
      site.certify(profile);
      await restart();
      const ended = await called([
        'exchanges',
        'retry',
        '--code',
        'DMP-020',
        '--config',
        laboratoryFile(laboratory),
      ]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout).toContain('1 envoi relancé, dans 1 échange.');
      expect(await laboratory.cameOf(id)).toMatchObject({ worklist: [], state: 'ended' });
      expect(laboratory.told(id)).toContain('Z01 Y');
    },
  );

  it('that expires while the gateway runs is noticed at the next document', async () => {
    const soon = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000);
    site.certify('SIGN', { validity: { notBefore: YESTERDAY.notBefore, notAfter: soon } });
    await restart();
    await laboratory.until('it has expired', () => Date.now() > soon.getTime());
    expect(await laboratory.cameOf(await accepted({}))).toMatchObject({
      told: ['Z01 N DMP-020'],
      worklist: ['DMP-020'],
    });
  });
});

describe('a certificate that the DMP does not believe', () => {
  it('of an authority that it does not know: the DMP counts as not reached, and all waits until it is replaced', async () => {
    const stranger = await startDmpSite();
    const { tls } = stranger.settings as { tls: { certificate: unknown } };
    const own = site.settings['tls'] as object;
    await restart({ ...site.settings, tls: { ...own, certificate: tls.certificate } });
    const id = await accepted({});
    await laboratory.until('the DMP refuses it', () =>
      laboratory.log().some(({ msg, target }) => msg === DOWN && target === 'pfi:dmp'),
    );
    expect(laboratory.told(id)).toEqual([]);
    await restart();
    expect(await laboratory.cameOf(id)).toMatchObject({ told: ['Z01 Y'], state: 'ended' });
    await stranger.stop();
  });

  it('for signing, of an authority that it does not know: refused by the DMP, in its words', async () => {
    const stranger = await startDmpSite();
    const { sign } = stranger.settings;
    await restart({ ...site.settings, sign });
    const id = await accepted({});
    expect(await laboratory.cameOf(id)).toMatchObject({
      told: ['Z01 N DMPInvalidCertificate'],
      worklist: ['DMP-007'],
    });
    await stranger.stop();
    await restart();
  });
});

describe('a server that is not the DMP', () => {
  it('is told nothing', async () => {
    const impostor = await startDmpSite({ trusted: [site.authority] });
    await restart({ ...site.settings, url: impostor.dmp.url });
    const known = laboratory.log().length;
    const id = await accepted({});
    await laboratory.until('it is not believed', () =>
      laboratory
        .log()
        .slice(known)
        .some(({ code }) => code === 'DMP-002'),
    );
    expect(impostor.dmp.requests()).toEqual([]);
    await restart();
    expect(await laboratory.cameOf(id)).toMatchObject({ told: ['Z01 Y'] });
    await impostor.stop();
  });
});
