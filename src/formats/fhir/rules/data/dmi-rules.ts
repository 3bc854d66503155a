import type { RuleSet } from '../types.ts';
import { DMI_BUNDLE_REQUEST } from './dmi-bundle-request.ts';
import { DMI_BUNDLE_TRANSMISSION_TRACES } from './dmi-bundle-transmission-traces.ts';
import { DMI_BUNDLEDELIVERY } from './dmi-bundledelivery.ts';
import { DMI_DEVICE } from './dmi-device.ts';
import { DMI_DEVICEDEFINITION } from './dmi-devicedefinition.ts';
import { DMI_DEVICEREQUEST } from './dmi-devicerequest.ts';
import { DMI_EXTENSIONS } from './dmi-extensions.ts';
import { DMI_INVOICE } from './dmi-invoice.ts';
import { DMI_ORGANIZATION_EJ } from './dmi-organization-ej.ts';
import { DMI_ORGANIZATION_INTERNE } from './dmi-organization-interne.ts';
import { DMI_PATIENT } from './dmi-patient.ts';
import { DMI_PRACTITIONER } from './dmi-practitioner.ts';
import { DMI_PROCEDURE } from './dmi-procedure.ts';
import { DMI_SUPPLYDELIVERY_ENTETE_DELIVRANCE } from './dmi-supplydelivery-entete-delivrance.ts';
import { DMI_SUPPLYDELIVERY_ENTETE_LIVRAISON } from './dmi-supplydelivery-entete-livraison.ts';
import { DMI_SUPPLYDELIVERY_ENTETER_RECEPTION } from './dmi-supplydelivery-enteter-reception.ts';
import { DMI_SUPPLYDELIVERY_LIGNE } from './dmi-supplydelivery-ligne.ts';
import { DMI_SUPPLYDELIVERY_RECEPTION_UNITAIRE } from './dmi-supplydelivery-reception-unitaire.ts';
import { DMI_SUPPLYDELIVERY_TRANSPORT } from './dmi-supplydelivery-transport.ts';
import { DMI_SUPPLYREQUEST_ENTETE_COMMANDE } from './dmi-supplyrequest-entete-commande.ts';
import { DMI_SUPPLYREQUEST_ENTETE_DEMANDE } from './dmi-supplyrequest-entete-demande.ts';
import { DMI_SUPPLYREQUEST_ENTETEREPONSE } from './dmi-supplyrequest-entetereponse.ts';
import { DMI_TDE_AUDITEVENT } from './dmi-tde-auditevent.ts';
import { DMI_TDEBUNDLE_RESULTAT_REPONSE_RECHERCHE_TRACES } from './dmi-tdebundle-resultat-reponse-recherche-traces.ts';

/**
 * Everything distilled from ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_RULES: RuleSet = {
  name: 'ans.fhir.fr.tdmi',
  version: '3.0.0',
  profiles: {
    'https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/TDEBundleResultatReponseRechercheTraces':
      DMI_TDEBUNDLE_RESULTAT_REPONSE_RECHERCHE_TRACES,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundle-request': DMI_BUNDLE_REQUEST,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundle-transmission-traces':
      DMI_BUNDLE_TRANSMISSION_TRACES,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundledelivery': DMI_BUNDLEDELIVERY,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-device': DMI_DEVICE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-devicedefinition':
      DMI_DEVICEDEFINITION,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-devicerequest': DMI_DEVICEREQUEST,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-invoice': DMI_INVOICE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-ej':
      DMI_ORGANIZATION_EJ,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-interne':
      DMI_ORGANIZATION_INTERNE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-patient': DMI_PATIENT,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-practitioner': DMI_PRACTITIONER,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-procedure': DMI_PROCEDURE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-delivrance':
      DMI_SUPPLYDELIVERY_ENTETE_DELIVRANCE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-livraison':
      DMI_SUPPLYDELIVERY_ENTETE_LIVRAISON,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-enteter-reception':
      DMI_SUPPLYDELIVERY_ENTETER_RECEPTION,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-ligne':
      DMI_SUPPLYDELIVERY_LIGNE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-reception-unitaire':
      DMI_SUPPLYDELIVERY_RECEPTION_UNITAIRE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-transport':
      DMI_SUPPLYDELIVERY_TRANSPORT,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-commande':
      DMI_SUPPLYREQUEST_ENTETE_COMMANDE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-demande':
      DMI_SUPPLYREQUEST_ENTETE_DEMANDE,
    'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entetereponse':
      DMI_SUPPLYREQUEST_ENTETEREPONSE,
    'https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent': DMI_TDE_AUDITEVENT,
    ...DMI_EXTENSIONS,
  },
  valueSets: {},
};
