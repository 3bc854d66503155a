import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insNumber, INS_TEST, IPP, type SamplePatient } from '../../samples/kit/patients.ts';
import { patientRecipient } from '../../samples/kit/request.ts';
import { SMTP_ERRORS } from '../../src/formats/hl7/smtp-error-codes.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { type Creator, startCreator } from '../../src/sandbox/creator.ts';
import { freePort } from '../kit/free-port.ts';
import { newSample } from '../kit/gateway.ts';
import { type LyingMail, mailsIn } from '../kit/maildir.ts';
import { newRequest } from '../kit/outgoing.ts';
import { hasShared, SHARED } from '../kit/shared.ts';
import { everyExchange, untilFinished } from './exchanges.ts';
import { labOff, type LabRun, prepareLab } from './run.ts';
import { laboratory, LABORATORY, portsOf } from './sites.ts';

const MINUTE = 60_000;
const CHECKER = join(SHARED, 'tools/check_mail.py');
const canCheck =
  labOff === undefined &&
  hasShared('tools/check_mail.py') &&
  ['python3', 'xmllint'].every(tool => spawnSync(tool, ['--version']).status === 0);

/** Whose own mailbox the lab has. */
const PATIENT: SamplePatient = {
  identifiers: [
    { root: INS_TEST, extension: insNumber('2790351215189') },
    { root: IPP, extension: '8000801' },
  ],
  birthFamily: 'KERBRAT',
  birthGiven: 'NOLWENN',
  birthGivens: 'NOLWENN ANNE',
  birthTime: '19790312',
  gender: 'F',
  birthplaceCounty: '51215',
};
const OWN = patientRecipient(PATIENT);
const ofHospital = (name: string): string => `${name}@hopital-b.mssante.fr`;
const SLOW = ofHospital('lent1');

/** Each address of the lab, and what Postfix makes of a mail to it: ERR-5 of the ZAM, undefined for one that arrives. */
const FATES: readonly (readonly [address: string, code: string | undefined])[] = [
  [ofHospital('adam.hoda'), undefined],
  [ofHospital('inconnu'), '550'],
  [SLOW, '441'],
  [ofHospital('plein'), '552'],
  [ofHospital('parti'), '550'],
  [OWN.address ?? '', undefined],
];
const ADDRESSES = FATES.map(([address]) => address);
const REACHED = FATES.filter(([, code]) => code === undefined).map(([address]) => address);

interface Asked {
  readonly controlId: string;
  readonly message: Buffer;
  readonly to: readonly string[];
  /** ACK_RECEPTION and ACK_LECTURE_MSS; the patient may answer then, too. */
  readonly acknowledged: boolean;
  /** Where answers go: by this each mail tells which request it is of. */
  readonly replyTo: string;
}

let asked = 0;

function ask(to: readonly string[], acknowledged: boolean): Asked {
  asked += 1;
  const replyTo = `demande-${asked}@labo-y.mssante.fr`;
  const others = to.filter(address => address !== OWN.address);
  const request = newRequest({
    patient: PATIENT,
    documents: [newSample({ patient: PATIENT })],
    recipients: [...others.map(address => ({ address })), ...(others.length < to.length ? [OWN] : [])],
    wishes: {
      DESTMSSANTEPS: others.length > 0 ? 'Y' : 'N',
      DESTMSSANTEPAT: others.length < to.length ? 'Y' : 'N',
      ACK_RECEPTION: acknowledged ? 'Y' : 'N',
      ACK_LECTURE_MSS: acknowledged ? 'Y' : 'N',
    },
    noAnswer: !acknowledged,
    replyTo,
  });
  return { ...request, to, acknowledged, replyTo };
}

/** Each address alone, and all at once, with and without ACK_RECEPTION. */
const REQUESTS = [true, false].flatMap(acknowledged =>
  [...ADDRESSES.map(address => [address]), ADDRESSES].map(to => ask(to, acknowledged)),
);
const named = (requests: readonly Asked[]): (readonly [string, Asked])[] =>
  requests.map(request => [request.to.length === 1 ? request.to.join('') : 'all at once', request] as const);
const ACKNOWLEDGED = named(REQUESTS.filter(({ acknowledged }) => acknowledged));
const SILENT = named(REQUESTS.filter(({ acknowledged }) => !acknowledged));

/** The daemon of a laboratory, and a real Postfix that reports on what it does with each recipient. */
describe.skipIf(labOff !== undefined)('mails to every kind of address of a real operator', () => {
  let creator: Creator;
  let run: LabRun;
  let answers: string[];
  let exchanges: ExchangeView[];
  let seconds: number;

  beforeAll(async () => {
    creator = await startCreator();
    const requests = await freePort();
    run = await prepareLab(lab => laboratory({ ...portsOf(lab), requests, receipts: creator.port }));
    creator.connectTo({ host: '127.0.0.1', port: requests });
    await run.daemon.start();
    const begun = performance.now();
    answers = await Promise.all(
      REQUESTS.map(async ({ message }) => {
        const { code, errors } = await creator.send(message);
        return [code, ...errors.map(({ location }) => location)].join(' ');
      }),
    );
    await run.withJournal(async journal => {
      await untilFinished(journal, { nature: 'request', count: REQUESTS.length }, MINUTE);
      await run.untilDelivered();
      await untilFinished(journal, { nature: 'request', count: REQUESTS.length }, MINUTE);
      exchanges = await everyExchange(journal);
    });
    seconds = (performance.now() - begun) / 1000;
  }, 2 * MINUTE);

  afterAll(async () => {
    await run?.stop();
    await creator?.stop();
  });

  it('are all asked for, and nobody complains', () => {
    process.stdout.write(`\n[lab] ${REQUESTS.length} requests reported on in ${seconds.toFixed(1)} s\n`);
    expect(answers).toEqual(REQUESTS.map(() => 'AA'));
    expect(run.daemon.complaints()).toBe('');
    expect(run.daemon.log().filter(({ level }) => level >= 50)).toEqual([]);
  });

  describe.each(ACKNOWLEDGED)('%s, acknowledged', (_, request) => {
    it('has one ZAM^Z02 for each recipient, as Postfix reports', () => {
      const told = zamsOf(request).map(({ event, status, address, error }) =>
        [event, status, address, error?.code, error?.label].join(' '),
      );
      const due = FATES.filter(([address]) => request.to.includes(address)).map(([address, code]) =>
        code === undefined
          ? ['Z02', 'Y', address, undefined, undefined].join(' ')
          : ['Z02', 'N', address, code, SMTP_ERRORS.get(code)].join(' '),
      );
      expect(told.toSorted()).toEqual(due.toSorted());
      expect(zamsOf(request).map(({ repetitions }) => repetitions)).toEqual(due.map(() => 0));
    });

    it('has ended: who asked has heard of every failure', () => {
      const { exchange, deliveries } = viewOf(request);
      expect(exchange.state).toBe('ended');
      expect(deliveries.filter(({ hold }) => hold !== undefined)).toEqual([]);
    });
  });

  describe.each(SILENT)('%s, not acknowledged', (_, request) => {
    it('has no ZAM', () => {
      expect(zamsOf(request)).toEqual([]);
    });

    it('has a line of the worklist for each recipient that was not reached, and none for the others', () => {
      const { exchange, deliveries } = viewOf(request);
      const held = deliveries.filter(({ state }) => state === 'held');
      const failed = FATES.filter(([address, code]) => code !== undefined && request.to.includes(address));
      expect(
        held.map(({ kind, identifiers, hold }) => [kind, identifiers['to'], hold?.code, hold?.detail]),
      ).toEqual(
        failed.map(([address, code = '']) => [
          'report',
          address,
          'OUT-002',
          `${code} : ${SMTP_ERRORS.get(code)}`,
        ]),
      );
      expect(exchange.state).toBe(failed.length === 0 ? 'ended' : 'closing');
    });
  });

  it.each(ACKNOWLEDGED.filter(([, { to }]) => to.includes(SLOW)))(
    '%s: a mail that is late is no failure yet',
    (_, request) => {
      const { exchange, deliveries } = viewOf(request);
      const zam = deliveries.find(
        ({ identifiers }) =>
          identifiers['controlId'] === zamsOf(request).find(({ address }) => address === SLOW)?.controlId,
      );
      const late = exchanges
        .flatMap(({ events }) => events)
        .find(({ type, data }) => type === 'receipt-progress' && data['exchange'] === exchange.id);
      expect(late?.at).toBeLessThan(zam?.createdAt ?? 0);
    },
  );

  it('leave as one mail for the professionals and one for the patient, and arrive once', () => {
    const arrived = REACHED.flatMap(address =>
      mailsTo(address).map(mail => [mail.field('reply-to'), address].join(' ')),
    );
    const due = REQUESTS.flatMap(({ replyTo, to }) =>
      to.filter(address => REACHED.includes(address)).map(address => `${replyTo} ${address}`),
    );
    expect(arrived.toSorted()).toEqual(due.toSorted());
    const audiences = REQUESTS.map(({ replyTo, to }) => [
      replyTo,
      new Set(to.map(address => address === OWN.address)).size,
    ]);
    expect(
      REQUESTS.map(request => [
        request.replyTo,
        viewOf(request).deliveries.filter(({ kind }) => kind === 'mail').length,
      ]),
    ).toEqual(audiences);
  });

  it.each(REACHED)('have the headers that MSSanté asks for: %s', address => {
    const isOwn = address === OWN.address;
    for (const mail of mailsTo(address)) {
      const request = REQUESTS.find(({ replyTo }) => mail.field('reply-to') === replyTo);
      const acknowledged = request?.acknowledged === true;
      const headers = {
        'return-path': `<${LABORATORY}>`,
        from: `"Laboratoire Y" <${LABORATORY}>`,
        to: request?.to.filter(each => (each === OWN.address) === isOwn).join(', '),
        'x-mss-nil': 'DEV000000',
        'x-mss-ins': 'O',
        'x-mss-codecda': '11502-2',
        'x-mss-mes': isOwn && !acknowledged ? 'FIN' : undefined,
        'disposition-notification-to': acknowledged ? LABORATORY : undefined,
      };
      expect(Object.fromEntries(Object.keys(headers).map(name => [name, mail.field(name)]))).toEqual(headers);
    }
  });

  it.skipIf(!canCheck)('are what check_mail.py takes for document mails', () => {
    const mails = REACHED.flatMap(mailsTo);
    const faults = mails.map(({ path }) =>
      spawnSync('python3', [CHECKER, 'xdm', path], { encoding: 'utf8' }).stdout.trim(),
    );
    expect(faults).toEqual(mails.map(() => '0 faults'));
  });

  it('are reported on by mails that are filed once they are read', () => {
    const reports = exchanges.filter(({ exchange }) => exchange.nature === 'receipt');
    expect(exchanges).toHaveLength(REQUESTS.length + reports.length);
    const reportedOn = reports.flatMap(({ events }) =>
      events.filter(({ type }) => type === 'receipt-for').map(({ data }) => data['exchange']),
    );
    const accepted = REQUESTS.filter(({ to }) => to.join('') !== ofHospital('inconnu'));
    expect(new Set(reportedOn)).toEqual(new Set(accepted.map(request => viewOf(request).exchange.id)));
    expect(reports.map(({ exchange }) => [exchange.state, exchange.place?.folder])).toEqual(
      reports.map(() => ['ended', 'Autres']),
    );
    const lying = ['', 'Traites', 'Erreurs', 'Autres'].map(
      folder => mailsIn(run.lab.maildir(LABORATORY), folder).length,
    );
    expect(lying).toEqual([0, 0, 0, reports.length]);
  });

  function viewOf({ controlId }: Asked): ExchangeView {
    const [view, ...more] = exchanges.filter(({ exchange }) => exchange.messageId === controlId);
    if (view === undefined || more.length > 0) throw new Error(`${controlId}: not one exchange`);
    return view;
  }

  function zamsOf({ controlId }: Asked) {
    return creator.received().filter(({ request }) => request === controlId);
  }

  function mailsTo(address: string): LyingMail[] {
    return mailsIn(run.lab.maildir(address));
  }
});
