import type { ErrorCode } from '../../errors/catalogue.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { XmlError, type XmlReason } from '../xml/xml-error.ts';

const CODES: Readonly<Record<XmlReason, ErrorCode>> = {
  malformed: 'CDA-001',
  doctype: 'CDA-003',
  'too-deep': 'CDA-004',
  'too-large': 'CDA-004',
  encoding: 'CDA-008',
};

/** An XmlError as the CDA fault that it is; anything else as it came. */
export function cdaFault(thrown: unknown): unknown {
  return thrown instanceof XmlError ? new GatewayError(CODES[thrown.reason], { cause: thrown }) : thrown;
}
