import type { FhirResource } from '../formats/fhir/resource.ts';
import type { PeerReport } from './interfaces.ts';

/** A request to a FHIR platform. */
export interface FhirRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the platform's address: '', or what begins with `/` or `?`, its query with it. */
  readonly path: string;
  /** JSON, sent as it is. */
  readonly body?: Uint8Array | undefined;
  /** Beside those that every request has; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a FHIR platform answered, whatever it said. */
export interface FhirAnswer {
  readonly status: number;
  /** Names in lower case; one that came several times is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds that it asks to wait (Retry-After), where it does. */
  readonly retryAfter: number | undefined;
  readonly body: Uint8Array;
}

/** A FHIR platform, or an application that takes FHIR. */
export interface FhirPeer {
  /**
   * Sends a request once, a second time only where the platform refuses its token (401). Every status is an answer.
   *
   * @throws GatewayError FHIR-004, FHIR-005 and FHIR-006 (no token) when nothing was sent, FHIR-007 when nobody knows
   *   whether the platform took it, FHIR-010 when the answer is too large, or a yes (2xx) that is no JSON
   */
  send(request: FhirRequest): Promise<FhirAnswer>;
  /** The token that was shown last is good no more, though the platform did not say so by 401: the next request shows a new one. */
  dropToken(): void;
  /** Fetches a token where one is needed, and asks the platform what it is (GET metadata). @throws GatewayError as `send` */
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}

/** A request of one of our FHIR callers, who is known and may use the route. */
export interface FhirHttpRequest {
  /** The caller's name. */
  readonly caller: string;
  readonly method: string;
  /** The route's path, which is fit for logs: the URL is not. */
  readonly route: string;
  /** What the route's `:name` stand for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query as it came, without `?`; '' for none. */
  readonly search: string;
  /** The same, decoded. */
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What our addresses begin with, for this caller: `https://host:port`. */
  readonly origin: string;
  /** Prefer: respond-async (RFC 7240 §4.1): the caller does not wait for the outcome. */
  readonly respondAsync: boolean;
  /** As it came; whether it is JSON nobody has looked. */
  readonly body: Uint8Array;
  /** Aborted when the caller has left before it had its answer. */
  readonly signal: AbortSignal;
}

/** What a FHIR caller is answered. */
export interface FhirHttpAnswer {
  readonly status: number;
  /** Location, Content-Location, ETag, Retry-After…: what describes the body is set for it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A resource, or one's JSON, sent as it is; undefined for none. */
  readonly body: FhirResource | Uint8Array | undefined;
}

/** What FHIR callers may ask for. */
export interface FhirRoute {
  readonly method: string;
  /** `/fhir/dmi/AuditEvent/:id`; a slash at the end makes no difference. */
  readonly path: string;
  /** What a caller must be allowed to use; undefined: every caller is. */
  readonly flow: string | undefined;
  /**
   * The answer. A throw of FHIR-001, FHIR-002, FHIR-003 is told as the refusal of what came (400, 413, 422), of another
   * fault that may pass as 503, of anything else as 500; the caller sends its request again.
   */
  readonly handle: (request: FhirHttpRequest) => Promise<FhirHttpAnswer>;
}

/** An address on which callers send us FHIR. */
export interface FhirListener {
  readonly port: number;
  /** Connections that stand, those in their TLS handshake among them. */
  connections(): number;
  /** Accepts nothing more, lets requests in hand be answered (at most `graceMs`), then ends every connection. */
  stop(graceMs: number): Promise<void>;
}

/** A request that has been answered, or whose caller has left: what logs may say of it. */
export interface FhirHttpReport {
  readonly method: string;
  /** Undefined where there is none. */
  readonly route: string | undefined;
  /** Undefined where nobody knows who it was. */
  readonly caller: string | undefined;
  /** Undefined where the caller left before anything was said. */
  readonly status: number | undefined;
  /** False where the caller left before it had the whole answer. */
  readonly isAnswered: boolean;
  readonly durationMs: number;
}
