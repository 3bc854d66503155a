import { fullTrace, type SampleTrace } from '../../samples/fhir/dmi/traces.ts';
import { inRegistry, intervention } from '../../samples/fhir/renacot/interventions.ts';
import { systemClock } from '../../src/basics/clock.ts';
import { createFhirClient, type FhirAuth } from '../../src/peers/fhir/client.ts';
import type { FhirPeer } from '../../src/peers/interfaces.ts';
import { certificates } from '../kit/certificates.ts';
import { type DuiBundle, newStay } from '../kit/fhir-dui.ts';
import { newNational, national, regulator } from '../kit/fhir-sas.ts';
import { waitFor } from '../kit/wait.ts';
import { type ChaosSite, sasCertificate, TOKEN } from './fhir-site.ts';

const MINUTE = 60_000;
/** A gateway that is dead is asked so often whether it is back, ms. */
const KNOCK_MS = 100;

/** What somebody asks for: the same bytes as often as it takes. */
export interface Call {
  readonly to: 'facade' | 'sas';
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: Buffer;
}

/** An answer that is neither a broken connection nor the gateway's own trouble. */
export interface Taken {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

export interface Callers {
  /** Asks until there is an answer. */
  ask(call: Call): Promise<Taken>;
  /** How often nothing came of it. */
  failures(): number;
  close(): Promise<void>;
}

/** The hospital's software and the SAS platform, which give up nothing. */
export function startCallers({ facadePort, sasPort }: ChaosSite): Callers {
  const peers = {
    facade: clientOf(facadePort, { type: 'token', ca: certificates.ca, token: async () => TOKEN }),
    sas: clientOf(sasPort, { type: 'mtls', ca: certificates.ca, ...sasCertificate }),
  };
  let failures = 0;
  return {
    async ask({ to, ...request }) {
      let taken: Taken | undefined;
      const isTaken = async (): Promise<boolean> => {
        try {
          const { status, headers, body } = await peers[to].send(request);
          if (status < 500 && status !== 429)
            taken = { status, location: headers['location'], text: Buffer.from(body).toString() };
        } catch {
          // The connection broke: nobody knows.
        }
        if (taken === undefined) failures += 1;
        return taken !== undefined;
      };
      await waitFor(isTaken, { what: 'a call is answered', timeoutMs: 2 * MINUTE, everyMs: KNOCK_MS });
      if (taken === undefined) throw new Error('unreachable');
      return taken;
    },
    failures: () => failures,
    close: async () => {
      await Promise.all(Object.values(peers).map(peer => peer.close()));
    },
  };
}

function clientOf(port: number, auth: FhirAuth): FhirPeer {
  return createFhirClient({
    url: `https://127.0.0.1:${port}`,
    auth,
    timeoutMs: 10_000,
    maxAnswerBytes: 1_000_000,
    parallel: 32,
    rate: undefined,
    clock: systemClock,
  });
}

const post = (path: string, body: unknown): Call => ({
  to: 'facade',
  method: 'POST',
  path,
  body: Buffer.from(JSON.stringify(body)),
});

/** A trace of the DMI like no other, one every second; `name` is its message's. */
export function traceCall(turn: number): { readonly name: string; readonly call: Call } {
  const declared = new Date(Date.UTC(2026, 2, 5, 10) + turn * 1_000).toISOString();
  const { patient, ...rest } = fullTrace('15');
  const name = `MSG-${turn}`;
  const trace: SampleTrace = {
    ...rest,
    message: name,
    identifiant: `trace-${turn}`,
    declaration: declared,
    description: `Pose ${turn}`,
    patient: {
      ...(patient as object),
      ipp: { valeur: `80${turn % 10}`, systeme: 'urn:oid:1.2.250.1.999.1.2' },
    },
  };
  return { name, call: post('/dmi/traces', trace) };
}

/** An operation of a day of its own. */
export function interventionCall(turn: number): {
  readonly known: ReturnType<typeof inRegistry>;
  readonly call: Call;
} {
  const date = new Date(Date.UTC(2026, 0, 1 + turn)).toISOString().slice(0, 10);
  return { known: inRegistry(date), call: post('/renacot/interventions', intervention(date, `OP-${turn}`)) };
}

/** A Bundle that other software brings. */
export function recordCall(bundle: DuiBundle): Call {
  return post('/fhir/dui-consommateur', bundle);
}

/** A Bundle that the hospital's software sends. */
export function transferCall(bundle: DuiBundle): Call {
  return post('/fhir/dui', bundle);
}

/** A stay of the patient whom an earlier record has brought, by the names that the answer to it gives. */
export function stayAfter({ text }: Taken): DuiBundle {
  const { entry } = JSON.parse(text) as DuiBundle;
  const [patient, structure] = entry.map(({ resource: { resourceType, id } }) => `${resourceType}/${id}`);
  return newStay(patient, structure);
}

/** An account's changes; every third one ends it, and the next but one brings back, byte for byte, what was before. */
export function accountChanges(length: number): Call[] {
  const number = newNational();
  const change = (turn: number): Call => ({
    to: 'sas',
    method: turn === 0 ? 'POST' : 'PUT',
    path:
      turn === 0
        ? '/fhir/sas/Practitioner'
        : `/fhir/sas/Practitioner?identifier=${encodeURIComponent(number)}`,
    body: Buffer.from(
      JSON.stringify(
        regulator([national(number)], {
          active: turn % 3 !== 2,
          // What comes after an end is what was before it.
          telecom: [
            { system: 'email', value: `compte-${turn % 3 === 0 && turn > 0 ? turn - 2 : turn}@test.com` },
          ],
        }),
      ),
    ),
  });
  return Array.from({ length }, (_, turn) => change(turn));
}
