import type { FhirResource } from '../resource.ts';
import { EXTENSIONS, PROFILES } from './canonicals.ts';
import type { Facture, LigneFacture } from './content-types.ts';
import { type Draft, type DraftContent, referenceTo } from './draft.ts';
import { compact, conceptOf, creation, discriminated, extension, metaOf, UNKNOWN } from './elements.ts';

/**
 * Flux 18: the invoice (dmi-invoice) whose payment is allowed, hence `issued`, and a ChargeItem for each line.
 * ChargeItem is not profiled, and stands beside the Invoice in the trace's Bundle.
 */
export function buildInvoice(facture: Facture, draft: Draft): DraftContent {
  const { document, type, montantTotal, devise = 'EUR', lignes, metadonnee } = facture;
  const url = draft.newUrl();
  const items = lignes.map(line => creation(draft.newUrl(), chargeItem(line, draft)));
  const invoice = compact({
    resourceType: 'Invoice',
    meta: metaOf(PROFILES.invoice, metadonnee),
    extension: document === undefined ? [] : [extension(EXTENSIONS.facture, { valueBase64Binary: document })],
    identifier: [
      discriminated('refFacture', facture.reference),
      discriminated('refCommande', facture.referenceCommande),
    ],
    status: 'issued',
    type: type && conceptOf(type),
    date: facture.date,
    lineItem: items.map(({ fullUrl }, index) => ({
      sequence: index + 1,
      chargeItemReference: { reference: fullUrl },
    })),
    totalNet: montantTotal === undefined ? undefined : { value: montantTotal, currency: devise },
    paymentTerms: facture.instructionPaiement,
  });
  return { url, entries: [...items, creation(url, invoice)] };
}

/** R4 wants a code and a patient of every ChargeItem; who gets the device is not known when it is paid. */
function chargeItem({ dateAchat, dispositif, metadonnee }: LigneFacture, draft: Draft): FhirResource {
  const { trace, patientUrl } = draft;
  return compact({
    resourceType: 'ChargeItem',
    meta: metadonnee && metaOf(undefined, metadonnee),
    status: 'billed',
    code: { text: 'Achat de dispositif médical' },
    subject: trace.patient === undefined ? { extension: [UNKNOWN] } : { reference: patientUrl },
    occurrenceDateTime: dateAchat,
    productReference: referenceTo(draft, dispositif),
  });
}
