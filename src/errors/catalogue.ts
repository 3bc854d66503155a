/**
 * Every fault that the gateway can name. A code, once published, keeps its meaning.
 *
 * `class` decides what happens next (docs/design.md §4): `transient` is tried again, `ambiguous` is tried again with the same
 * identifiers, `permanent` ends the attempt; `unreachable` is tried again for as long as it takes, the peer's deliveries
 * wait together and none loses its patience over it. The French texts are what people read: `why` the thing failed, what the
 * gateway `did`, what there is `todo`. None of them ever holds health data.
 */
export type ErrorClass = 'unreachable' | 'transient' | 'ambiguous' | 'permanent';

export interface CatalogueEntry {
  readonly class: ErrorClass;
  readonly why: string;
  readonly did: string;
  readonly todo: string;
  /** Held because document and patient may not belong together: sent again only with a confirmation. */
  readonly doubt?: true;
}

const REFUSED = 'Le document n’a pas été transmis ; un retour d’erreur (code 906) est envoyé.';
const MAIL_REFUSED = 'Rien n’a été transmis à l’application ; un retour d’erreur (code 906) est envoyé.';
const HELD = 'Le document attend dans la liste « À traiter » ; le courriel est dans le dossier des erreurs.';
const MAIL_HELD =
  'Rien n’a été transmis à l’application ; le courriel attend dans la liste « À traiter » et se trouve dans le dossier des erreurs.';
const RETRIED = 'La passerelle réessaie d’elle-même, de plus en plus rarement.';
const ASK_SENDER = 'Demandez à l’expéditeur un nouvel envoi, corrigé.';
const DECIDE = 'Écartez le document avec un motif (`pfi exchanges abandon`) : l’expéditeur recevra ce motif.';
const MAKE_SURE = `${DECIDE} S’il est sûr malgré tout, relancez-le avec \`--confirm\`.`;

export const CATALOGUE = {
  'CFG-001': {
    class: 'permanent',
    why: 'La configuration n’est pas valide.',
    did: 'La passerelle n’a pas démarré (ou a gardé la configuration précédente).',
    todo: 'Corrigez les lignes indiquées, puis vérifiez avec `pfi check`.',
  },
  'CFG-002': {
    class: 'permanent',
    why: 'Le fichier de configuration ne peut pas être lu.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Vérifiez le chemin donné à `--config` et les droits du fichier.',
  },
  'CFG-003': {
    class: 'transient',
    why: 'Un fichier que la configuration cite (secret ou certificat) ne peut plus être lu.',
    did: RETRIED,
    todo: 'Remettez le fichier en place et vérifiez ses droits, puis `pfi check`.',
  },

  'MAIL-001': {
    class: 'permanent',
    why: 'Le courriel dépasse la taille que la passerelle accepte de lire.',
    did: MAIL_HELD,
    todo: 'Intégrez les documents à la main, ou relevez `limits.mail` puis relancez (`pfi exchanges retry`).',
  },
  'MAIL-002': {
    class: 'permanent',
    why: 'Le courriel a trop de parties, trop de lignes ou des en-têtes trop longs pour être lu sans risque.',
    did: MAIL_HELD,
    todo: ASK_SENDER,
  },
  'MAIL-003': {
    class: 'permanent',
    why: 'La structure du courriel ne peut pas être lue.',
    did: MAIL_HELD,
    todo: 'Ouvrez le courriel dans une messagerie et intégrez ses documents à la main, ou demandez un nouvel envoi.',
  },
  'MAIL-004': {
    class: 'permanent',
    why: 'Le courriel n’a pas d’identifiant (Message-ID) : ni le DPI ni l’expéditeur ne pourraient le reconnaître.',
    did: MAIL_HELD,
    todo: 'Intégrez les documents à la main et signalez le défaut à l’expéditeur, puis écartez le courriel.',
  },
  'MAIL-005': {
    class: 'permanent',
    why: 'L’objet annonce des documents (XDM/1.0/DDM) mais le courriel ne contient aucune archive IHE_XDM.zip.',
    did: MAIL_HELD,
    todo: ASK_SENDER,
  },
  'MAIL-006': {
    class: 'permanent',
    why: 'Les pièces jointes sont enfermées dans un fichier winmail.dat (format propre à Outlook).',
    did: MAIL_HELD,
    todo: 'Demandez à l’expéditeur de renvoyer le courriel au format « texte brut » ou HTML, et non « RTF ».',
  },
  'MAIL-007': {
    class: 'permanent',
    why: 'C’est un retour (accusé, rejet ou erreur d’intégration) qui porte une archive et ne concerne aucun de nos envois.',
    did: MAIL_HELD,
    todo: 'Si les documents doivent être intégrés, transférez à la boîte le courriel d’origine, pas le retour ; sinon écartez-le.',
  },
  'MAIL-008': {
    class: 'permanent',
    why: 'Le courriel contient plusieurs archives IHE_XDM.zip ; la règle est une seule archive par courriel.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit envoyer un courriel par archive.',
  },
  'MAIL-009': {
    class: 'permanent',
    why: 'Le courriel est transféré dans trop de courriels imbriqués pour que ses pièces soient lues.',
    did: MAIL_HELD,
    todo: 'Transférez le courriel d’origine directement à la boîte applicative.',
  },
  'MAIL-010': {
    class: 'permanent',
    why: 'La lecture du courriel n’a pas abouti trois fois de suite : il bloque ou arrête le lecteur.',
    did: MAIL_HELD,
    todo: 'N’ouvrez ce courriel qu’avec prudence ; demandez un nouvel envoi et signalez le cas au support.',
  },
  'MAIL-011': {
    class: 'permanent',
    why: 'Le courriel n’a pas d’expéditeur lisible (From).',
    did: MAIL_HELD,
    todo: 'Identifiez l’expéditeur, intégrez les documents à la main, puis écartez le courriel.',
  },
  'MAIL-012': {
    class: 'permanent',
    why: 'Le courriel a disparu de la boîte avant d’avoir été lu.',
    did: 'L’échange est clos ; rien n’a été transmis.',
    todo: 'Vérifiez qu’aucune autre personne ni règle ne déplace les courriels de cette boîte.',
  },
  'MAIL-013': {
    class: 'permanent',
    why: 'La boîte de ce courriel n’est plus dans la configuration.',
    did: 'Ses documents ont été traités, mais l’expéditeur n’a pas reçu de réponse et le courriel n’a pas été rangé.',
    todo: 'Remettez la boîte dans la configuration, ou prévenez l’expéditeur vous-même, puis écartez l’échange.',
  },

  'XDM-001': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip est illisible ou tronquée.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive.',
  },
  'XDM-002': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip est chiffrée.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive sans chiffrement.',
  },
  'XDM-003': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip contient une autre archive à la place d’un document.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive simple.',
  },
  'XDM-004': {
    class: 'permanent',
    why: 'L’archive contient un nom de fichier interdit (chemin absolu ou qui sort de l’archive).',
    did: MAIL_REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'XDM-005': {
    class: 'permanent',
    why: 'L’archive contient deux fois le même fichier.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive correcte.',
  },
  'XDM-006': {
    class: 'permanent',
    why: 'L’archive décompressée dépasse les limites (nombre de fichiers, taille ou taux de compression).',
    did: MAIL_REFUSED,
    todo: 'Si l’envoi est légitime, relevez `limits.archive` et demandez un nouvel envoi.',
  },
  'XDM-007': {
    class: 'permanent',
    why: 'Les tailles ou les sommes de contrôle annoncées par l’archive sont fausses.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive.',
  },
  'XDM-008': {
    class: 'permanent',
    why: 'L’archive ne contient pas de fichier METADATA.XML.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-009': {
    class: 'permanent',
    why: 'Le fichier METADATA.XML est mal formé.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-010': {
    class: 'permanent',
    why: 'Le fichier METADATA.XML contient une DOCTYPE ou des entités, ce qui est interdit.',
    did: MAIL_REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'XDM-011': {
    class: 'permanent',
    why: 'Un document annoncé par METADATA.XML est absent de l’archive.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-012': {
    class: 'permanent',
    why: 'L’empreinte du document n’est pas celle que METADATA.XML annonce : le document a été altéré.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-013': {
    class: 'permanent',
    why: 'La taille du document n’est pas celle que METADATA.XML annonce : le document a été altéré.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-014': {
    class: 'permanent',
    why: 'METADATA.XML ne décrit aucun document.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-015': {
    class: 'permanent',
    why: 'L’action demandée sur le document est inconnue (ni ajout, ni remplacement, ni suppression).',
    did: HELD,
    todo: `Demandez à l’expéditeur ce qu’il voulait faire. ${DECIDE}`,
  },
  'XDM-016': {
    class: 'permanent',
    why: 'Le remplacement ne dit pas quel document il remplace (relatedDocument absent).',
    did: HELD,
    todo: `Remplacez le document à la main dans le DPI, ou faites-le renvoyer corrigé. ${DECIDE}`,
  },
  'XDM-017': {
    class: 'permanent',
    why: 'Le patient du document n’est pas celui que METADATA.XML annonce.',
    did: HELD,
    todo: `Vérifiez l’identité avec l’expéditeur : risque d’erreur de dossier. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-018': {
    class: 'permanent',
    why: 'L’identifiant du document n’est pas celui que METADATA.XML annonce.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur quel document il a voulu envoyer. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-019': {
    class: 'permanent',
    why: 'Le courriel contient des documents de plusieurs patients ; la règle est un seul patient par courriel.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur à quel patient chaque document appartient. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-020': {
    class: 'permanent',
    why: 'METADATA.XML décrit deux fois le même fichier.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-021': {
    class: 'permanent',
    why: 'Le document à remplacer ou à supprimer est celui d’un autre patient.',
    did: HELD,
    todo: `Vérifiez l’identité avec l’expéditeur : risque d’erreur de dossier. ${MAKE_SURE}`,
    doubt: true,
  },

  'CDA-001': {
    class: 'permanent',
    why: 'Le document n’est pas un XML bien formé.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'CDA-002': {
    class: 'permanent',
    why: 'Le document n’est pas un document CDA (ClinicalDocument).',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit envoyer un document CDA-R2.',
  },
  'CDA-003': {
    class: 'permanent',
    why: 'Le document contient une DOCTYPE ou des entités, ce qui est interdit.',
    did: REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'CDA-004': {
    class: 'permanent',
    why: 'L’en-tête du document est démesuré.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-005': {
    class: 'permanent',
    why: 'Le document n’a pas d’identifiant (id).',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-006': {
    class: 'permanent',
    why: 'Le document ne donne aucun identifiant de patient.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-007': {
    class: 'permanent',
    why: 'Le document n’a pas de code de type.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-008': {
    class: 'permanent',
    why: 'L’encodage du document n’est pas reconnu.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document en UTF-8.',
  },
  'CDA-009': {
    class: 'permanent',
    why: 'Le document ne donne pas le nom du patient.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-010': {
    class: 'permanent',
    why: 'Le document contient plusieurs patients.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur à quel patient le document appartient. ${DECIDE}`,
  },

  'DOC-001': {
    class: 'permanent',
    why: 'Le document est masqué aux professionnels de santé (MASQUE_PS).',
    did: HELD,
    todo: 'Relancez-le s’il doit tout de même aller au DPI (`pfi exchanges retry`), sinon écartez-le avec un motif.',
  },
  'DOC-002': {
    class: 'permanent',
    why: 'L’application n’a pas pris le document dans le temps prévu (`giveUpAfter`).',
    did: HELD,
    todo: 'Voyez avec l’éditeur de l’application pourquoi elle le repousse, puis relancez ou écartez-le.',
  },
  'DOC-003': {
    class: 'permanent',
    why: 'L’application rejette la forme du message (erreur technique HL7), pas le document.',
    did: HELD,
    todo: 'C’est un désaccord entre la passerelle et l’application : voyez le code ERR-3 avec l’éditeur, puis relancez.',
  },
  'DOC-004': {
    class: 'permanent',
    why: 'Un document est refusé et l’expéditeur ne peut pas en être informé (envoi automatique, ou réglage `notify`).',
    did: 'Personne n’a été prévenu ; le courriel attend dans la liste « À traiter » et se trouve dans le dossier des erreurs.',
    todo: 'Corrigez la cause et relancez (`pfi exchanges retry`), ou prévenez l’expéditeur vous-même puis écartez l’échange.',
  },
  'DOC-005': {
    class: 'permanent',
    why: 'L’application a accepté le document tout en signalant une erreur.',
    did: HELD,
    todo: 'Vérifiez dans le dossier du patient si le document y est, puis relancez ou écartez l’échange.',
  },

  'HL7-001': {
    class: 'permanent',
    why: 'Le message contient un caractère que le jeu de caractères de l’application ne connaît pas.',
    did: HELD,
    todo: 'Passez l’application en « UNICODE UTF-8 », ou mettez `unmappable: escape`, puis demandez un nouvel envoi et écartez celui-ci avec un motif.',
  },
  'HL7-002': {
    class: 'ambiguous',
    why: 'L’accusé de l’application est illisible.',
    did: RETRIED,
    todo: 'Si cela dure, voyez avec l’éditeur de l’application.',
  },
  'HL7-003': {
    class: 'transient',
    why: 'L’application demande de réessayer plus tard (AR).',
    did: RETRIED,
    todo: 'Si cela dure, voyez l’état de l’application.',
  },
  'HL7-004': {
    class: 'ambiguous',
    why: 'L’accusé reçu concerne un autre message.',
    did: `La connexion a été fermée. ${RETRIED}`,
    todo: 'Si cela dure, voyez avec l’éditeur de l’application.',
  },
  'HL7-005': {
    class: 'ambiguous',
    why: 'L’application a seulement accusé réception du message (CA) : on ne sait pas si elle a intégré le document.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cet accusé vaut intégration pour l’application, mettez `ack.commitAccept: true` ; sinon voyez avec son éditeur.',
  },

  'MLLP-001': {
    class: 'unreachable',
    why: 'L’application est injoignable.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez que l’application écoute à l’adresse et au port configurés, et le pare-feu.',
  },
  'MLLP-002': {
    class: 'ambiguous',
    why: 'L’application n’a pas répondu à temps.',
    did: `La connexion a été fermée. ${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Vérifiez la charge de l’application ; augmentez `timeout` si elle est lente.',
  },
  'MLLP-003': {
    class: 'ambiguous',
    why: 'La connexion a été coupée avant la réponse de l’application.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cela dure, vérifiez l’application et le réseau.',
  },
  'MLLP-004': {
    class: 'unreachable',
    why: 'La connexion chiffrée (TLS) à l’application a échoué.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez `tls` et `ca`, et les certificats des deux côtés ; `pfi check` dit si la connexion passe.',
  },

  'HTTP-001': {
    class: 'unreachable',
    why: 'L’adresse HTTP de l’application est injoignable.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez l’adresse configurée et l’application.',
  },
  'HTTP-002': {
    class: 'ambiguous',
    why: 'L’application a répondu par une erreur HTTP, sans accusé HL7.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Voyez le code HTTP avec l’éditeur de l’application.',
  },
  'HTTP-003': {
    class: 'ambiguous',
    why: 'L’application n’a pas répondu à temps à la requête HTTP.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Vérifiez la charge de l’application ; augmentez `timeout` si elle est lente.',
  },
  'HTTP-004': {
    class: 'ambiguous',
    why: 'La connexion HTTP a été coupée avant la réponse de l’application.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cela dure, vérifiez l’application et le réseau.',
  },

  'DIR-001': {
    class: 'unreachable',
    why: 'Le dossier d’échange avec l’application n’est pas accessible en écriture.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez que le dossier existe, ses droits et l’espace disque.',
  },
  'DIR-002': {
    class: 'ambiguous',
    why: 'L’application n’a pas déposé d’accusé dans le dossier d’échange à temps.',
    did: `Le fichier est retiré. ${RETRIED} Il est alors déposé de nouveau sous le même nom.`,
    todo: 'Vérifiez que l’application lit bien le dossier.',
  },

  'IMAP-001': {
    class: 'unreachable',
    why: 'Le serveur IMAP est injoignable.',
    did: 'Les autres boîtes continuent. La passerelle se reconnecte d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez l’adresse, le pare-feu et l’opérateur MSSanté.',
  },
  'IMAP-002': {
    class: 'unreachable',
    why: 'Le serveur IMAP refuse l’identifiant ou le mot de passe de la boîte.',
    did: 'Les autres boîtes continuent. La passerelle réessaie d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez le compte de la boîte auprès de l’opérateur, puis la configuration.',
  },
  'IMAP-003': {
    class: 'unreachable',
    why: 'La connexion au serveur IMAP n’a pas pu être chiffrée (STARTTLS ou certificat refusé).',
    did: 'Aucun mot de passe n’a été envoyé. La passerelle réessaie d’elle-même.',
    todo: 'Vérifiez `tls` et `ca`, et le certificat de l’opérateur ; `pfi check` dit si la connexion passe.',
  },
  'IMAP-004': {
    class: 'permanent',
    why: 'Le serveur IMAP n’offre ni MOVE ni UIDPLUS : déplacer un courriel y effacerait aussi ceux des autres.',
    did: 'La boîte n’est pas relevée.',
    todo: 'Demandez à l’opérateur d’activer MOVE ou UIDPLUS.',
  },
  'IMAP-005': {
    class: 'transient',
    why: 'Un dossier de la boîte ne peut pas être créé ou ouvert.',
    did: 'La passerelle réessaie d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez les noms de `folders` et les droits de la boîte.',
  },
  'IMAP-006': {
    class: 'unreachable',
    why: 'Le serveur IMAP ne répond plus.',
    did: 'La connexion a été fermée ; la passerelle en ouvre une nouvelle.',
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'IMAP-007': {
    class: 'transient',
    why: 'Le serveur IMAP refuse de déplacer le courriel.',
    did: RETRIED,
    todo: 'Vérifiez les droits et le quota de la boîte.',
  },
  'IMAP-008': {
    class: 'transient',
    why: 'Le courriel lu n’a pas la taille annoncée par le serveur IMAP.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'IMAP-009': {
    class: 'transient',
    why: 'Le serveur IMAP refuse une commande.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur en lui donnant le nom de la commande.',
  },

  'SMTP-001': {
    class: 'unreachable',
    why: 'Le serveur SMTP est injoignable.',
    did: `La notification attend. ${RETRIED}`,
    todo: 'Vérifiez l’adresse, le pare-feu et l’opérateur MSSanté.',
  },
  'SMTP-002': {
    class: 'unreachable',
    why: 'Le serveur SMTP refuse l’identifiant ou le mot de passe.',
    did: `La notification attend. ${RETRIED}`,
    todo: 'Vérifiez le compte de la boîte auprès de l’opérateur, puis la configuration.',
  },
  'SMTP-003': {
    class: 'unreachable',
    why: 'La connexion au serveur SMTP n’a pas pu être chiffrée (STARTTLS ou certificat refusé).',
    did: `Rien n’a été envoyé en clair. ${RETRIED}`,
    todo: 'Vérifiez `tls` et `ca`, et le certificat de l’opérateur ; `pfi check` dit si la connexion passe.',
  },
  'SMTP-004': {
    class: 'permanent',
    why: 'Le serveur SMTP refuse définitivement le courriel ou son destinataire.',
    did: 'La notification n’est pas partie ; elle attend dans la liste « À traiter ».',
    todo: 'Prévenez l’expéditeur par un autre moyen, puis écartez la notification.',
  },
  'SMTP-005': {
    class: 'transient',
    why: 'Le serveur SMTP demande de réessayer plus tard.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'SMTP-006': {
    class: 'ambiguous',
    why: 'La connexion a été coupée pendant l’envoi : on ne sait pas si le courriel est parti.',
    did: `${RETRIED} Le même courriel repart avec le même Message-ID.`,
    todo: 'Rien : le destinataire reconnaît une répétition à son Message-ID.',
  },

  'JRN-001': {
    class: 'permanent',
    why: 'Une autre passerelle utilise déjà ce journal.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Arrêtez l’autre processus, ou donnez un autre journal à celui-ci.',
  },
  'JRN-002': {
    class: 'permanent',
    why: 'Le journal ne peut pas être ouvert.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Vérifiez le chemin, les droits et l’espace disque ; restaurez une sauvegarde si le fichier est abîmé.',
  },
  'JRN-003': {
    class: 'permanent',
    why: 'Le journal a été écrit par une version plus récente de la passerelle.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Réinstallez la version plus récente, ou restaurez la sauvegarde d’avant la mise à jour.',
  },
  'JRN-004': {
    class: 'permanent',
    why: 'Le contenu conservé ne peut pas être déchiffré avec la clé configurée.',
    did: 'L’échange attend dans la liste « À traiter ».',
    todo: 'Remettez la clé `journal.key` d’origine.',
  },
  'JRN-005': {
    class: 'permanent',
    why: 'L’action demandée n’est pas possible dans l’état où se trouve l’échange.',
    did: 'Rien n’a été changé.',
    todo: 'Voyez l’état de l’échange avec `pfi exchanges show`.',
  },
  'JRN-006': {
    class: 'permanent',
    why: 'Le document est retenu par un doute sur l’identité du patient ou du document.',
    did: 'Rien n’a été envoyé.',
    todo: 'Vérifiez auprès de l’expéditeur ; si tout est sûr, relancez avec `--confirm`.',
  },
  'JRN-007': {
    class: 'permanent',
    why: 'Le contenu à envoyer n’est plus conservé.',
    did: 'Rien n’a été envoyé ; l’envoi attend dans la liste « À traiter ».',
    todo: 'Demandez un nouvel envoi, puis écartez l’échange avec un motif.',
  },
  'JRN-008': {
    class: 'permanent',
    why: 'Le fichier du journal a été retiré ou remplacé pendant que la passerelle tourne.',
    did: 'Ce qui est reçu depuis ne serait retrouvé par aucun redémarrage : la passerelle se dit non prête.',
    todo: 'Arrêtez la passerelle, remettez le fichier d’origine à sa place, puis relancez-la.',
  },

  'ADM-001': {
    class: 'permanent',
    why: 'L’adresse d’administration (`admin`) ne peut pas être ouverte.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Changez `admin.port` ou `admin.host`, ou arrêtez le programme qui occupe ce port (`ss -ltnp`).',
  },

  'GEN-001': {
    class: 'transient',
    why: 'Une erreur imprévue s’est produite dans la passerelle.',
    did: RETRIED,
    todo: 'Signalez le cas au support avec les lignes de journal de cet échange.',
  },
  'GEN-002': {
    class: 'transient',
    why: 'Aucun processus ne peut être lancé pour lire les courriels.',
    did: RETRIED,
    todo:
      'Vérifiez la mémoire libre de la machine, et les limites de processus et de fichiers ouverts du service ' +
      '(`TasksMax`, `LimitNOFILE`, `pids_limit`).',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

/** The catalogue's entry for a code. */
export function describe(code: ErrorCode): CatalogueEntry {
  return CATALOGUE[code];
}

/** True when a text read back from the journal or another process is one of our codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(CATALOGUE, text);
}
