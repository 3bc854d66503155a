import { describe, expect, it } from 'vitest';
import { cdaSample } from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { after, all, type Case, type Overrides, PREVIOUS, read, refuses, set, wrong } from './request-kit.ts';

const DOCUMENTS = [cdaSample({ level: 1 }), cdaSample({ id: PREVIOUS })];
const DOCTOR = 'anne.tanguy@cabinet-du-port.mssante.fr';
const RCT = 'PRT||UC||RCT^^participation|||||||||||^^X.400^';
const REPLY = 'PRT||UC||REPLY^^participation|||||||||||^^X.400^b@x.fr';

/** Two documents, the second with PRT of its own. */
const twice = (...second: readonly string[]): Overrides => ({
  documents: DOCUMENTS,
  recipients: [{ address: DOCTOR, device: 'DPI' }],
  replyTo: 'a@x.fr',
  alter: all(...second.toReversed().map(prt => after('OBX', 2, prt))),
});
/** A recipient under a role that nobody knows, the address in a field; the others of the segment empty. */
const unknownRole = (role: string, field: number, value: string): Overrides =>
  wrong(all(set('PRT', 4, role, 2), set('PRT', 15, '', 2), set('PRT', field, value, 2)));

const ROLES: readonly Case[] = [
  ...(
    [
      ['PRT-15.4', 15, `^^X.400^${DOCTOR}`],
      ['PRT-15.4 of a repetition', 15, `^^PH^0298000000~^^X.400^${DOCTOR}`],
      ['PRT-15.4 with an escaped sign', 15, '^^X.400^anne.tanguy\\X40\\cabinet-du-port.mssante.fr'],
      ['PRT-15.3', 15, `^^${DOCTOR}`],
      ['PRT-15.1', 15, DOCTOR],
      ['PRT-14.4', 14, `^NET^X.400^${DOCTOR}`],
      ['PRT-14.3', 14, `^^${DOCTOR}`],
      ['PRT-16.4, as in a published example', 16, `^^X.400^${DOCTOR}`],
      ['PRT-16.3', 16, `^^${DOCTOR}`],
    ] as const
  ).flatMap(([where, field, value]): Case[] => [
    [
      `a recipient of a misspelt role in ${where}`,
      'REQ-009',
      'PRT^2^4',
      '103',
      unknownRole('RTC^Results Copies To', field, value),
    ],
    [
      `a recipient whose role is in PRT-4.2, in ${where}`,
      'REQ-009',
      'PRT^2^4',
      '103',
      unknownRole('^RCT^participation', field, value),
    ],
  ]),
  [
    'a recipient of a misspelt role before the document',
    'REQ-009',
    'PRT^1^4',
    '103',
    wrong(after('OBR', 1, `PRT||UC||RTC|||||||||||^^X.400^${DOCTOR}`)),
  ],
];

const SECOND: readonly Case[] = [
  ['another recipient of the second document', 'REQ-011', 'PRT^4^15^1^4', '198', twice(`${RCT}b@port.fr`)],
  [
    'one more recipient of the second document',
    'REQ-011',
    'PRT^5^15^1^4',
    '198',
    twice(`PRT||UC||RCT||||||DPI|||||^^X.400^${DOCTOR}`, `${RCT}b@port.fr`),
  ],
  [
    'one recipient fewer of the second document',
    'REQ-011',
    'PRT^4^15^1^4',
    '198',
    {
      ...twice(`PRT||UC||RCT||||||DPI|||||^^X.400^${DOCTOR}`),
      recipients: [{ address: DOCTOR, device: 'DPI' }, { address: 'b@port.fr' }],
      replyTo: undefined,
    },
  ],
  [
    'a recipient under another identifier for the second document',
    'REQ-011',
    'PRT^4^15^1^4',
    '198',
    twice(`PRT||UC||RCT||||||RIS|||||^^X.400^${DOCTOR}`),
  ],
  [
    'another sender of the second document',
    'REQ-011',
    'PRT^4',
    '198',
    twice('PRT||UC||SB|810009990033^LEROY^Paul|||Laboratoire des Embruns^^^^^^FINEG^^^1290000999'),
  ],
  ['another reply address of the second document', 'REQ-011', 'PRT^4^15^1^4', '198', twice(REPLY)],
];

describe('somebody with an address, whatever the role', () => {
  refuses(ROLES);
});

describe('the participants of a second document', () => {
  it('may be those of the first again, in any order and case', () => {
    const replyTo = 'a@port.fr';
    const recipients = [{ address: DOCTOR }, { address: 'b@port.fr', device: 'DPI' }];
    const [sender = ''] = /PRT\|.*/.exec(requestMessage().toString()) ?? [];
    const again = [
      'PRT||UC||REPLY|||||||||||^^X.400^A@port.fr',
      'PRT||UC||RCT||||||DPI|||||^^X.400^B@Port.fr',
      `${RCT}${DOCTOR}`,
      sender,
    ];
    const alter = all(...again.map(prt => after('OBX', 2, prt)));
    const once = read({ documents: DOCUMENTS, recipients, replyTo });
    expect(once.recipients).toHaveLength(2);
    const twice = read({ documents: DOCUMENTS, recipients, replyTo, alter });
    expect(twice.recipients).toEqual(once.recipients);
    expect([twice.sender, twice.replyTo]).toEqual([once.sender, replyTo]);
  });

  it('may be the only ones', () => {
    const replyTo = 'a@port.fr';
    const isNamed = (segment: string) => segment.startsWith('PRT');
    const { sender, recipients, ...request } = read({
      documents: DOCUMENTS,
      replyTo,
      alter: segments => {
        const others = segments.filter(segment => !isNamed(segment));
        const place = others.findIndex(segment => segment.startsWith('OBX|2|')) + 1;
        return others.toSpliced(place, 0, ...segments.filter(isNamed));
      },
    });
    expect([recipients.map(({ address }) => address), request.replyTo]).toEqual([[DOCTOR], replyTo]);
    expect(sender?.person?.[0]).toBe('810009990017');
  });

  refuses(SECOND);
});
