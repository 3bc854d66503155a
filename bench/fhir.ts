import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLimit } from '../src/basics/limit.ts';
import { type Call, type Callers, recordCall, startCallers, traceCall } from '../test/chaos/fhir-callers.ts';
import { type ChaosSite, startChaosSite } from '../test/chaos/fhir-site.ts';
import { createDaemon } from '../test/kit/daemon.ts';
import { type DuiBundle, newRecord } from '../test/kit/fhir-dui.ts';
import { waitFor } from '../test/kit/wait.ts';
import { costsOf } from './costs.ts';

/**
 * How fast FHIR goes through: traces of implants to the platform and its answer back; records of the DUI received, answered and
 * handed to the application; and how long traces wait while the largest Bundles are validated. The gateway is processes of its
 * own; platforms, application and callers share this one.
 */
const TRACES = 400;
const RECORDS = 200;
/** Calls of the hospital's software at a time. */
const AT_ONCE = 8;
const LARGE = 4;
const LARGE_BYTES = 9_500_000;

const folder = mkdtempSync(join(tmpdir(), 'pfi-bench-'));
const site = await startChaosSite(folder, { seed: 1, interventions: [] });
site.calm();
const daemon = createDaemon(folder, site.configuration);
try {
  await daemon.warm();
  await daemon.start();
  const callers = startCallers(site);
  await callers.ask(traceCall(0).call);
  await traces(callers, 1, '');
  await records(callers, site);
  const large = Array.from({ length: LARGE }, () => callers.ask(recordCall(largeRecord())));
  await traces(callers, 1 + TRACES, ` while ${LARGE} Bundles of ${LARGE_BYTES / 1_000_000} MB are validated`);
  await Promise.all(large);
  const { memoryMb, cpuSeconds } = costsOf(daemon.pid());
  console.log(
    `the gateway: ${cpuSeconds.toFixed(1)} s of processor, its start included, at most ${memoryMb} MiB`,
  );
  await callers.close();
  await daemon.stop();
} finally {
  if (daemon.pid() !== undefined) await daemon.kill();
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function traces(callers: Callers, from: number, when: string): Promise<void> {
  const calls = Array.from({ length: TRACES }, (_, turn) => traceCall(from + turn).call);
  console.log(`${TRACES} traces${when}: ${await timed(calls, call => callers.ask(call))}`);
}

async function records(callers: Callers, { application }: ChaosSite): Promise<void> {
  const calls = Array.from({ length: RECORDS }, () => recordCall(newRecord()));
  const before = application.received().length;
  const begun = performance.now();
  const said = await timed(calls, call => callers.ask(call));
  await waitFor(() => application.received().length === before + RECORDS, { timeoutMs: 60_000 });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${RECORDS} records received: ${said}; all handed over in ${seconds.toFixed(1)} s`);
}

async function timed(calls: readonly Call[], ask: (call: Call) => Promise<unknown>): Promise<string> {
  const limit = createLimit(AT_ONCE);
  const took: number[] = [];
  const begun = performance.now();
  await Promise.all(
    calls.map(call =>
      limit.run(async () => {
        const start = performance.now();
        await ask(call);
        took.push(performance.now() - start);
      }),
    ),
  );
  const seconds = (performance.now() - begun) / 1000;
  const sorted = took.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  return (
    `${(calls.length / seconds).toFixed(0)}/s, an answer after ${at(0.5)} ms ` +
    `(95 % within ${at(0.95)} ms, the last after ${at(1)} ms)`
  );
}

/** As large as a body may be: patients, each with its own full URL, and each with a mistake. */
function largeRecord(): DuiBundle {
  const record = newRecord();
  const [patient] = record.entry;
  if (patient === undefined) throw new Error('a sample without a patient');
  const size = JSON.stringify(patient).length;
  const entry = Array.from({ length: Math.floor(LARGE_BYTES / size) }, (_, turn) => ({
    ...patient,
    fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(turn).padStart(12, '0')}`,
    resource: { ...patient.resource, gender: 'x' },
  }));
  return { ...record, entry };
}
