import type * as types from './content-types.ts';
import { list, may, must, type Reader, record } from './json-reader.ts';
import { base64, day, decimal, flag, matching, moment, text, whole } from './json-values.ts';
import { cited, concept, identifier, metadata } from './trace-parties.ts';

const citedDevice = cited('dispositifs');
const citedProfessional = cited('professionnels');
const citedService = cited('services');
const quantity = whole(1);

const demande: Reader<types.Demande> = record<types.Demande>({
  reference: must(identifier),
  nature: may(concept),
  quantiteTotale: must(quantity),
  date: may(moment),
  suppression: may(flag),
  motifSuppression: may(text),
  informationComplementaire: may(text),
  demandeur: must(citedProfessional),
  service: must(citedService),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneDemande>({
        groupe: may(identifier),
        dispositif: must(citedDevice),
        nomDispositif: must(text),
        dateUtilisation: may(moment),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const reponse: Reader<types.Reponse> = record<types.Reponse>({
  reference: must(identifier),
  quantiteTotale: must(quantity),
  date: may(moment),
  informationComplementaire: may(text),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneReponse>({
        groupe: may(identifier),
        dispositif: must(citedDevice),
        nomDispositif: must(text),
        dateDelivrance: may(moment),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const commande: Reader<types.Commande> = record<types.Commande>({
  reference: must(identifier),
  type: may(concept),
  quantiteTotale: must(quantity),
  date: may(moment),
  demandeur: may(citedProfessional),
  service: may(citedService),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneCommande>({
        groupe: may(identifier),
        dispositif: must(citedDevice),
        dispositifCommande: may(citedDevice),
        dateUtilisation: may(moment),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const livraison: Reader<types.Livraison> = record<types.Livraison>({
  reference: must(identifier),
  referenceCommande: must(identifier),
  quantiteTotale: may(quantity),
  date: must(moment),
  conforme: may(flag),
  motifRejet: may(text),
  professionnel: must(citedProfessional),
  service: must(citedService),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneLivraison>({
        reference: may(identifier),
        referenceCommande: may(identifier),
        dispositif: must(citedDevice),
        quantite: may(quantity),
        date: may(moment),
        conforme: may(flag),
        motifRejet: may(text),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const receptionUnitaire: Reader<types.ReceptionUnitaire> = record<types.ReceptionUnitaire>({
  reference: must(identifier),
  date: may(moment),
  conforme: may(flag),
  motifRejet: may(text),
  dispositif: must(citedDevice),
  quantite: may(quantity),
  professionnel: must(citedProfessional),
  service: must(citedService),
  metadonnee: may(metadata),
});

const delivrance: Reader<types.Delivrance> = record<types.Delivrance>({
  reference: must(identifier),
  date: may(moment),
  quantite: may(quantity),
  informationComplementaire: may(text),
  service: must(citedService),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneDelivrance>({
        reference: may(identifier),
        referenceDemande: must(identifier),
        date: may(moment),
        informationComplementaire: may(text),
        dispositif: must(citedDevice),
        quantite: may(quantity),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const transport: Reader<types.Transport> = record<types.Transport>({
  reference: must(identifier),
  referenceDelivrance: must(identifier),
  date: may(moment),
  quantite: may(quantity),
  incident: may(flag),
  detailIncident: may(text),
  informationComplementaire: may(text),
  dispositif: may(citedDevice),
  professionnel: must(citedProfessional),
  service: must(citedService),
  metadonnee: may(metadata),
});

const receptionService: Reader<types.ReceptionService> = record<types.ReceptionService>({
  reference: must(identifier),
  referenceDelivrance: must(identifier),
  quantite: may(quantity),
  date: may(moment),
  professionnel: must(citedProfessional),
  service: must(citedService),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneReception>({
        reference: may(identifier),
        referenceDemande: must(identifier),
        date: must(moment),
        conforme: may(flag),
        motifRejet: may(text),
        dispositif: must(citedDevice),
        quantite: may(quantity),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

const intervention: Reader<types.Intervention> = record<types.Intervention>({
  identifiant: must(identifier),
  sejour: may(identifier),
  type: may(concept),
  date: must(moment),
  emplacement: must(concept),
  conforme: may(flag),
  motifEchec: may(text),
  professionnel: must(citedProfessional),
  service: must(cited('services', 'entites')),
  dispositif: must(citedDevice),
  metadonnee: may(metadata),
});

const facture: Reader<types.Facture> = record<types.Facture>({
  reference: must(identifier),
  referenceCommande: must(identifier),
  document: may(base64),
  type: may(concept),
  date: may(moment),
  instructionPaiement: may(text),
  montantTotal: may(decimal),
  devise: may(matching(/^[A-Z]{3}$/, 'un code de devise ISO 4217 est attendu (EUR)')),
  metadonnee: may(metadata),
  lignes: must(
    list(
      record<types.LigneFacture>({
        dateAchat: must(day),
        dispositif: must(citedDevice),
        metadonnee: may(metadata),
      }),
      1,
    ),
  ),
});

/** The readers of what a trace is about, by the member that it stands in. */
export const CONTENT_READERS: { readonly [Kind in keyof types.Contents]: Reader<types.Contents[Kind]> } = {
  demande,
  reponse,
  commande,
  livraison,
  receptionUnitaire,
  delivrance,
  transport,
  receptionService,
  intervention,
  facture,
};
