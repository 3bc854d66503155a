import { X509Certificate } from 'node:crypto';
import { createAuthority } from './certificates.ts';
import { asMultipart, faultAnswer, type RegistryOutcome, registryAnswer } from './dmp/answers.ts';
import { createDmpScript, type DmpBehaviour, isPassive, type ScriptedBehaviour } from './dmp/behaviour.ts';
import { createClerk, type DmpRequest, type HttpRequest, type ReadRequest } from './dmp/clerk.ts';
import { createRecords, type DmpDocument } from './dmp/records.ts';
import { soapFaultOf } from './dmp/refusal.ts';
import { type HttpAnswer, startService } from './dmp/service.ts';
import type { Transaction } from './dmp/transactions.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export type { DmpBehaviour, ScriptedBehaviour } from './dmp/behaviour.ts';
export type { DmpRequest } from './dmp/clerk.ts';
export type { DmpDocument, DocumentStatus } from './dmp/records.ts';
export type { Transaction } from './dmp/transactions.ts';

export interface DmpOptions {
  /** PEM of the authorities that AUTH_CLI and SIGN certificates have to come from. */
  readonly trusted: readonly string[];
  /** Struct_IdNat that the holder of the certificates may act for beside their OU (geographic entities). */
  readonly structures?: readonly string[];
  /** INS numbers of patients whose DMP is closed. */
  readonly closed?: readonly string[];
  /** Answers ITI-41 as an MTOM endpoint does, in one XOP part; default: plain SOAP. */
  readonly multipart?: boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** What it speaks at most; default TLSv1.2, as the DMP does with record systems (PDT-INF-579). */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** By which certificates are in date; default: now. */
  readonly clock?: () => Date;
}

/** A request that was refused, and why. */
export interface DmpFault {
  /** `tls`: the handshake failed; `soap`: a SOAP Fault; `registry`: RegistryResponse Failure. */
  readonly layer: 'tls' | 'soap' | 'registry';
  /** Subcode, errorCode, or what Node calls it in TLS (`CERT_HAS_EXPIRED`); empty for a Fault without Subcode. */
  readonly code: string;
  readonly reason: string;
  /** True: it was told to ({@link Dmp.behave}). */
  readonly isScripted: boolean;
}

/** The DMP in this process. */
export interface Dmp {
  /** `https://…/si-dmp-server/v2/services`: `/repository` and `/registry` are below. */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed the server's certificate (for `localhost` and 127.0.0.1). */
  readonly ca: string;
  /** What lies in it, in order of arrival, deprecated and deleted documents too; signatures are in `requests()`. */
  documents(): DmpDocument[];
  /** Every request whose TLS, SOAP, MTOM and VIHF were right, in order, done or not. */
  requests(): readonly DmpRequest[];
  /** Those that brought a lot, or deleted documents, and were done. */
  submissions(): readonly DmpRequest[];
  /** Every refusal, in order; one for each RegistryError. */
  faults(): readonly DmpFault[];
  /** Behaves so from now on, or for the next `times` requests that it concerns. */
  behave(behaviour: ScriptedBehaviour, times?: number): void;
  /** Resolves once a condition on the above holds. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection; what lies in it stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

/**
 * Starts a DMP: mutual TLS, ITI-41 on `/repository`, ITI-18 (GetDocuments) and ITI-57 (delete) on `/registry`, by indirect
 * authentication. It believes nothing: what it verifies is in `dmp/`, by libxml2 and node:crypto, and shares no code with the
 * client.
 */
export async function startDmp(options: DmpOptions): Promise<Dmp> {
  const authority = createAuthority('pfi-gateway sandbox DMP CA');
  const hosts = ['localhost', '127.0.0.1'];
  const records = createRecords(options.closed ?? []);
  const clerk = createClerk(
    {
      trusted: options.trusted.map(pem => new X509Certificate(pem)),
      structures: options.structures ?? [],
      clock: options.clock ?? (() => new Date()),
    },
    records,
  );
  const requests: DmpRequest[] = [];
  const submissions: DmpRequest[] = [];
  const faults: DmpFault[] = [];
  const script = createDmpScript();
  const { changed, until } = createWaiting();

  function refused(
    layer: DmpFault['layer'],
    code: string | undefined,
    reason: string,
    isScripted = false,
  ): void {
    faults.push({ layer, code: code ?? '', reason, isScripted });
  }

  function answer(http: HttpRequest, behaviour: DmpBehaviour): HttpAnswer {
    let messageId: string | undefined;
    try {
      const read = clerk.read(http, id => {
        messageId = id;
      });
      requests.push(read.request);
      if (typeof behaviour === 'object' && 'fault' in behaviour) {
        const { fault, reason = 'told to', of } = behaviour;
        refused('soap', fault, reason, true);
        const code = fault === '' ? undefined : fault;
        return { status: 500, body: faultAnswer(messageId, { code, reason }, of) };
      }
      const outcome = settle(read, behaviour);
      return { status: 200, body: registryAnswer(read.request.transaction, read.request.messageId, outcome) };
    } catch (error) {
      const known = soapFaultOf(error);
      // What nobody has foreseen is answered as well: a connection that drops would tell nothing of it.
      const fault = known ?? { code: undefined, reason: `unforeseen: ${String(error)}` };
      refused('soap', fault.code, fault.reason);
      return {
        status: 500,
        body: faultAnswer(messageId, fault, known === undefined ? 'Receiver' : 'Sender'),
      };
    } finally {
      changed();
    }
  }

  function settle({ request, problems, apply }: ReadRequest, behaviour: DmpBehaviour): RegistryOutcome {
    const told = typeof behaviour === 'object' && 'failure' in behaviour && problems.length === 0;
    const outcome: RegistryOutcome = told
      ? {
          status: 'Failure',
          problems: [{ code: behaviour.failure, context: behaviour.context ?? 'told to' }],
        }
      : problems.length > 0
        ? { status: 'Failure', problems }
        : apply();
    if (outcome.status === 'Failure') {
      for (const { code, context } of outcome.problems) refused('registry', code, context, told);
      return outcome;
    }
    if (request.transaction !== 'query') submissions.push(request);
    if (typeof behaviour !== 'object' || !('warning' in behaviour)) return outcome;
    const { warning, context = 'told to' } = behaviour;
    return { ...outcome, problems: [{ code: warning, context }] };
  }

  const service = await startService({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    certificate: authority.issue({ name: 'dmp.sandbox', hosts, usage: 'server' }),
    trusted: options.trusted,
    maxVersion: options.maxVersion ?? 'TLSv1.2',
    behaviour: (transaction: Transaction | undefined) => script.next(transaction),
    answer(http, behaviour) {
      if (isPassive(behaviour)) return undefined;
      const given = answer(http, behaviour);
      const isMultipart = options.multipart === true && http.service === 'repository';
      return isMultipart ? inOnePart(given) : given;
    },
    refused(code, reason) {
      refused('tls', code, reason);
      changed();
    },
  });

  return {
    ...service,
    url: `https://localhost:${service.port}/si-dmp-server/v2/services`,
    ca: authority.certificate,
    documents: () => records.documents(),
    requests: () => requests,
    submissions: () => submissions,
    faults: () => faults,
    behave: script.behave,
    until,
  };
}

function inOnePart({ status, body }: HttpAnswer): HttpAnswer {
  const boundary = 'uuid.sandbox.dmp';
  const contentType =
    `multipart/related; type="application/xop+xml"; boundary="${boundary}"; ` +
    'start="<root.message@dmp.sandbox>"; start-info="application/soap+xml"';
  return { status, contentType, body: asMultipart(body, boundary) };
}
