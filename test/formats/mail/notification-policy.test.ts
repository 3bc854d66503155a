import { describe, expect, it } from 'vitest';
import { parseHeaderBlock } from '../../../src/formats/mail/header-block.ts';
import { readHead } from '../../../src/formats/mail/mail-head.ts';
import {
  type NotificationDecision,
  type NotificationQuestion,
  notificationFor,
} from '../../../src/formats/mail/notification-policy.ts';

const SENDER = 'labo@x.fr';
const OWN = 'dpi@chu.fr';
const ERRORS = 'erreurs@chu.fr';

const ASKED = {
  'no DNT': [],
  'DNT = sender': ['Disposition-Notification-To: Labo <LABO@x.fr>'],
  'DNT = other': ['Disposition-Notification-To: autre@x.fr'],
  'DNT twice the same': [
    'Disposition-Notification-To: labo@x.fr',
    'Disposition-Notification-To: Labo <Labo@X.fr>',
  ],
  'two DNT': ['Disposition-Notification-To: labo@x.fr, autre@x.fr'],
} as const;
const PATHS = {
  'path = sender': ['Return-Path: <labo@x.fr>'],
  'path = other': ['Return-Path: <relais@x.fr>'],
  'no path': [],
} as const;
type Asked = keyof typeof ASKED;
type Path = keyof typeof PATHS;

const keys = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];

function question(
  lines: readonly string[],
  outcome: 'accepted' | 'refused',
  notify: Partial<NotificationQuestion['notify']> = {},
): NotificationQuestion {
  const mail = readHead(parseHeaderBlock(Buffer.from(['From: labo@x.fr', ...lines].join('\r\n'))));
  const rules = {
    success: 'requested',
    failure: 'requested-or-error-mail',
    loopGuard: 'strict',
    ...notify,
  } as const;
  return { mail, outcome, notify: rules, ownAddress: OWN };
}

/** The MDN that RFC 8098 and the loop guard allow, read from the names of the cases alone. */
function expectedMdn(asked: Asked, path: Path, guard: 'strict' | 'off'): NotificationDecision {
  if (asked === 'no DNT') return { kind: 'none', because: 'not-requested' };
  if (asked === 'two DNT') return { kind: 'none', because: 'several-requesters' };
  const to = { 'DNT = sender': 'LABO@x.fr', 'DNT = other': 'autre@x.fr', 'DNT twice the same': SENDER }[
    asked
  ];
  const returnsThere = path === 'path = sender' && asked !== 'DNT = other';
  return guard === 'off' || returnsThere ? { kind: 'mdn', to } : { kind: 'none', because: 'loop-guard' };
}

describe('notificationFor, every combination', () => {
  const cases = keys(ASKED).flatMap(asked =>
    keys(PATHS).flatMap(path => (['strict', 'off'] as const).map(guard => ({ asked, path, guard }))),
  );

  it.each(cases)('success: $asked, $path, guard $guard', ({ asked, path, guard }) => {
    const lines = [...ASKED[asked], ...PATHS[path]];
    expect(notificationFor(question(lines, 'accepted', { loopGuard: guard }))).toEqual(
      expectedMdn(asked, path, guard),
    );
    expect(notificationFor(question(lines, 'accepted', { loopGuard: guard, success: 'never' }))).toEqual({
      kind: 'none',
      because: 'never',
    });
  });

  it.each(cases)('failure: $asked, $path, guard $guard', ({ asked, path, guard }) => {
    const lines = [...ASKED[asked], ...PATHS[path]];
    const decide = (notify: Partial<NotificationQuestion['notify']>) =>
      notificationFor(question(lines, 'refused', { loopGuard: guard, ...notify }));
    const mdn = expectedMdn(asked, path, guard);
    const orMail = (to: string) => (mdn.kind === 'mdn' ? mdn : { kind: 'error-mail', to });
    expect(decide({})).toEqual(orMail(SENDER));
    expect(decide({ errorMailbox: ERRORS })).toEqual(orMail(ERRORS));
    expect(decide({ failure: 'requested' })).toEqual(mdn);
    expect(decide({ failure: 'never' })).toEqual({ kind: 'none', because: 'never' });
  });

  const silences = [
    ['a machine’s mail', ['Auto-Submitted: auto-generated'], 'automatic'],
    ['a null Return-Path', ['Return-Path: <>'], 'null-return-path'],
  ] as const;
  it.each(silences)('%s is never answered, whatever it asks for', (_case, lines, because) => {
    for (const outcome of ['accepted', 'refused'] as const) {
      for (const loopGuard of ['strict', 'off'] as const) {
        const asked = question([...lines, ...ASKED['DNT = sender']], outcome, {
          loopGuard,
          errorMailbox: ERRORS,
        });
        expect(notificationFor(asked)).toEqual({ kind: 'none', because });
      }
    }
  });

  it.each([{ report: 'mdn' as const }, { report: 'dsn' as const }, { errorSubject: true }])(
    'a report is never answered: %j',
    about => {
      const asked = question([...ASKED['DNT = sender'], ...PATHS['path = sender']], 'refused');
      expect(notificationFor({ ...asked, mail: { ...asked.mail, ...about } })).toEqual({
        kind: 'none',
        because: 'report',
      });
    },
  );
});

describe('notificationFor never writes to ourselves', () => {
  const ourselves = { kind: 'none', because: 'ourselves' };

  it('when we are the sender', () => {
    const asked = question(['Disposition-Notification-To: labo@x.fr', 'Return-Path: <labo@x.fr>'], 'refused');
    expect(notificationFor({ ...asked, ownAddress: 'LABO@x.fr' })).toEqual(ourselves);
  });

  it('when the DNT is ours: no MDN, but the error mail goes to the sender', () => {
    const lines = ['Disposition-Notification-To: DPI@chu.fr', 'Return-Path: <dpi@chu.fr>'];
    expect(notificationFor(question(lines, 'accepted'))).toEqual(ourselves);
    expect(notificationFor(question(lines, 'refused'))).toEqual({ kind: 'error-mail', to: SENDER });
  });

  it('when the error mailbox is ours', () => {
    expect(notificationFor(question([], 'refused', { errorMailbox: 'Dpi@CHU.fr' }))).toEqual(ourselves);
  });
});

it('a mail without a readable sender gets no error mail unless there is an error mailbox', () => {
  const asked = question([], 'refused');
  const mail = { ...asked.mail, from: undefined };
  expect(notificationFor({ ...asked, mail })).toEqual({ kind: 'none', because: 'no-sender' });
  expect(notificationFor({ ...asked, mail, notify: { ...asked.notify, errorMailbox: ERRORS } })).toEqual({
    kind: 'error-mail',
    to: ERRORS,
  });
});
