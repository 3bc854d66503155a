import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../journal/journal.ts';
import type { Stage } from './demo-stage.ts';

const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** The exchanges that are looked at, newest first: more than the demonstration has. */
const ALL = 1_000;

/** Whether every mail has ended or waits for a person, and nothing else is owed, within the deadline. */
export function mailsSettled(mails: number, { hospital: { gateway } }: Stage): Promise<boolean> {
  return holdsInTime(
    async () => (await gateway.journal.list({ limit: mails })).length >= mails && (await isQuiet(gateway)),
  );
}

/**
 * Whether all that the laboratory asked for is done, and all that comes of it has come back, within the deadline. Once its
 * gateway is quiet it sends no more mails; once the hospital has taken the last of them no more answers come; what is
 * then left is what the laboratory makes of the answers.
 */
export function requestsSettled({ hospital, laboratory }: Stage): Promise<boolean> {
  const isEmpty = (address: string): boolean =>
    hospital.operator.folder(address, hospital.folders.inbox).length === 0;
  return holdsInTime(
    async () =>
      (await isQuiet(laboratory.gateway)) &&
      isEmpty(hospital.bal) &&
      (await isQuiet(hospital.gateway)) &&
      isEmpty(laboratory.bal) &&
      (await isQuiet(laboratory.gateway)),
  );
}

/** Whether the DMP has been told all that the laboratory asked for so far, or a person must see to it, within the deadline. */
export function dmpSettled({ laboratory: { gateway } }: Stage): Promise<boolean> {
  return holdsInTime(async () => {
    const { targets } = await gateway.journal.backlog();
    return targets.every(({ kind, waiting }) => kind !== 'dmp' || waiting === 0);
  });
}

/** Whether what the hospital's gateway has taken last was brought to whom it is for, at least once, within the deadline. */
export function callSettled({ hospital: { gateway } }: Stage): Promise<boolean> {
  return holdsInTime(async () => {
    const [latest] = await gateway.journal.list({ limit: 1 });
    const view = latest && (await gateway.journal.exchange(latest.id));
    return (
      view?.deliveries.every(
        ({ state, attempts }) =>
          state === 'done' || state === 'held' || (state === 'waiting' && attempts > 0),
      ) ?? true
    );
  });
}

/** Nothing is being read, decided or sent: what is left waits for a person, or for a report. */
async function isQuiet({ journal }: { readonly journal: Journal }): Promise<boolean> {
  const exchanges = await journal.list({ limit: ALL });
  const { targets } = await journal.backlog();
  return (
    exchanges.every(({ state }) => state !== 'seen') &&
    (await journal.readyToConclude(1)).length === 0 &&
    targets.every(({ waiting }) => waiting === 0)
  );
}

async function holdsInTime(condition: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(LOOK_EVERY_MS)) {
    if (await condition()) return true;
  }
  return false;
}
