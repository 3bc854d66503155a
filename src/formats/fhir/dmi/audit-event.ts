import type { FhirResource } from '../resource.ts';
import { listOf } from '../transaction-entries.ts';
import { PROFILES, SYSTEMS } from './canonicals.ts';
import { actorReference, type Draft } from './draft.ts';
import { compact, type Element, eventCoding, metaOf } from './elements.ts';
import { fluxNumbered } from './fluxes.ts';
import type { Acteur } from './party-types.ts';

/**
 * The AuditEvent of a trace (flux 22, tde-auditevent). `contentUrl` is the address of its structured content. Roles of
 * agents are those of DICOM, where the guide names no nomenclature; types of entities are words without a code. A
 * rejection is an outcome `4` (minor failure). `mark` is like no other trace's: by it the gateway finds this one at the
 * platform, where an AuditEvent has no identifier (R4).
 */
export function buildAuditEvent(
  draft: Draft,
  contentUrl: string | undefined,
  now: Date,
  mark: string,
): FhirResource {
  const { trace } = draft;
  const { emetteur, recepteur, nonStructure } = trace;
  const isRejection = fluxNumbered(trace.flux).conforming === false;
  return compact({
    resourceType: 'AuditEvent',
    id: trace.identifiant,
    meta: metaOf(PROFILES.auditEvent),
    type: eventCoding(trace.evenement),
    action: 'C',
    period: { start: trace.occurrence },
    recorded: trace.declaration ?? now.toISOString(),
    outcome: isRejection ? '4' : '0',
    outcomeDesc: trace.description,
    agent: [
      agent(draft, emetteur, SENDER, true),
      ...(recepteur === undefined ? [] : [agent(draft, recepteur, RECEIVER, false)]),
    ],
    source: { observer: actorReference(draft, trace.source) },
    entity: withMark(mark, [
      ...(contentUrl === undefined
        ? []
        : [{ what: { reference: contentUrl }, type: { display: 'Structuré' } }]),
      ...(nonStructure === undefined
        ? []
        : [
            {
              type: { display: 'Non structuré' },
              detail: [{ type: nonStructure.type ?? 'contenu', valueBase64Binary: nonStructure.contenu }],
            },
          ]),
    ]),
  });
}

/** AuditEvent.entity.detail.type of what the gateway itself has put into a trace. */
export const MARK_TYPE = 'passerelle';

/** In the last object, since a trace has two at most. */
function withMark(mark: string, entities: readonly Element[]): Element[] {
  const { detail, ...last } = entities.at(-1) ?? { type: { display: 'Passerelle' } };
  const own = { type: MARK_TYPE, valueString: mark };
  return [...entities.slice(0, -1), { ...last, detail: [...listOf(detail), own] }];
}

const SENDER: Element = { system: SYSTEMS.dicom, code: '110153', display: 'Source Role ID' };
const RECEIVER: Element = { system: SYSTEMS.dicom, code: '110152', display: 'Destination Role ID' };

function agent(draft: Draft, actor: Acteur, role: Element, isRequestor: boolean): Element {
  return { role: [{ coding: [role] }], who: actorReference(draft, actor), requestor: isRequestor };
}
