/** Table messageErrorCondition (ERR-3): faults of the message itself. */
export const MESSAGE_ERRORS: Readonly<Record<string, string>> = {
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '198': 'Non-conformant cardinality',
  '199': 'Other HL7 Error',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing',
  '203': 'Unsupported version',
  '207': 'Application error',
};

/**
 * Table applicationErrorCondition (ERR-5), the labels exactly as published: why an application did not take a
 * document. Sites may add codes.
 */
export const APPLICATION_ERRORS: Readonly<Record<string, string>> = {
  '900': "Version du document incorrecte lors d'une demande de remplacement/suppression",
  '901': 'Auteur non autorisé à remplacer ou supprimer un document',
  '902': 'Identifiant patient inconnu',
  '903': 'INS non présent dans le document',
  '904': "L'INS transmis ne correspond pas exactement à celui stocké dans la base du consommateur",
  '905': "L'INS transmis n'est pas complet",
  '906': "Erreur 'Autre'",
};

/** For what no other code says. */
export const OTHER_ERROR = { code: '906', label: "Erreur 'Autre'" } as const;
