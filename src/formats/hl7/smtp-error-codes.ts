/**
 * Table SMTPERRORCODE (ERR-5 of ZAM^Z02), codes and labels exactly as published (ANS, Transmission de documents CDA en
 * HL7v2 v2.1, “Table « SMTPERRORCODE »”).
 */
export const SMTP_ERRORS: ReadonlyMap<string, string> = new Map([
  ['101', "Le serveur n'arrive pas à se connecter."],
  ['111', "Connexion refusée ou impossibilité d'ouvrir un flux SMTP."],
  [
    '251',
    "Le compte du destinataire n'est pas sur le serveur actuel. L'envoi sera donc relayé à un autre serveur.",
  ],
  [
    '252',
    "Le serveur ne peut pas vérifier l'utilisateur. Il confirme cependant qu'il essaiera de transmettre le message malgré tout",
  ],
  [
    '420',
    '« Problème de connexion de temporisation » : il y a eu des problèmes pendant le transfert du message.',
  ],
  ['421', "Le service est indisponible en raison d'un problème de connexion."],
  ['422', 'La boîte aux lettres du destinataire a dépassé sa limite de stockage.'],
  [
    '431',
    "Espace insuffisant sur le disque, ou état de mémoire insuffisante en raison d'une surcharge de fichiers.",
  ],
  ['432', 'Mot de passe de transition nécessaire'],
  ['441', 'Le serveur du destinataire ne répond pas'],
  ['442', 'La connexion a été interrompue pendant la transmission'],
  ['450', 'Action non effectuée : boîte-aux-lettres non disponible [Ex., bloquée par un autre utilisateur]'],
  ['451', 'Action arrêtée : erreur de traitement'],
  ['452', 'Action non effectuée : manque de ressources système.'],
  [
    '500',
    'Erreur de syntaxe, commande non reconnue [y compris des erreurs de type « ligne de commande trop longue »]',
  ],
  ['501', 'Erreur de syntaxe dans des paramètres ou arguments de commande'],
  ['502', 'Commande non implémentée'],
  ['503', 'Mauvaise séquence de commandes'],
  ['504', 'Paramètre de commande non implémenté'],
  ['510', 'Mauvaise adresse courriel'],
  [
    '512',
    'Ce code indique une erreur DNS. Le serveur hôte du nom de domaine du destinataire est introuvable.',
  ],
  [
    '513',
    "Le type d'adresse est incorrect. Souvent un problème lié à une faute d'orthographe. Dans de rares cas, il peut être lié à un problème d'authentification.",
  ],
  ['523', 'La taille totale de votre mailing dépasse les limites du serveur destinataire.'],
  [
    '530',
    "L'authentification est requise. Vous devez authentifier votre compte de messagerie avant d'envoyer un e-mail",
  ],
  [
    '541',
    "L'adresse du destinataire a rejeté votre message. Dans la plupart des cas, c'est une erreur causée par un filtre anti-spam.",
  ],
  [
    '550',
    "Action non effectuée : boîte aux lettres non disponible (ex. : boîte-aux-lettres non trouvée, pas d'accès).",
  ],
  [
    '551',
    'Un relais peut être interrompu car votre adresse et celle du destinataire ne sont pas hébergées localement par le serveur.',
  ],
  [
    '552',
    'Action abandonnée - Allocation de stockage dépassée. La boîte aux lettres du destinataire a dépassé ses limites.',
  ],
  ['553', "La commande a été abandonnée car le nom de la boîte aux lettres n'est pas valide."],
  [
    '554',
    "Cela signifie que l'envoi a échoué. Ce code indique une erreur permanente et le serveur n'essaiera pas d'envoyer le message à nouveau.",
  ],
]);

/**
 * The table's code for an enhanced status (RFC 3463 §3, RFC 7505): class, subject and detail; `x` stands for any. The
 * first that fits decides.
 */
const STATUSES: ReadonlyMap<string, string> = new Map([
  // Addresses: no such mailbox, moved; no such domain, or one that takes no mail; not an address.
  ['5.1.1', '550'],
  ['5.1.6', '550'],
  ['x.1.2', '512'],
  ['5.1.3', '513'],
  ['5.1.10', '512'],
  ['5.1', '510'],
  // Mailboxes: disabled, full, message too long for it.
  ['5.2.0', '550'],
  ['4.2.1', '450'],
  ['5.2.1', '550'],
  ['4.2.2', '422'],
  ['5.2.2', '552'],
  ['x.2.3', '523'],
  // The other system: disk full, takes no mail, message too big.
  ['x.3.1', '431'],
  ['4.3.2', '421'],
  ['x.3.4', '523'],
  // The way there: no answer, broken off, no such host by its name server or in any route, congestion, too late.
  ['x.4.1', '441'],
  ['x.4.2', '442'],
  ['x.4.3', '512'],
  ['x.4.4', '512'],
  ['4.4.5', '452'],
  ['x.4.7', '420'],
  // The dialogue: order and syntax of commands, too many recipients.
  ['5.5.1', '503'],
  ['5.5.2', '500'],
  ['x.5.3', '452'],
  ['5.5.4', '501'],
  // Security: credentials, a password that must be changed, a policy.
  ['5.7.8', '530'],
  ['4.7.12', '432'],
  ['5.7', '541'],
  // Anything else: tried for too long, or refused for good.
  ['4', '420'],
]);

/**
 * What is exact enough to decide against the reply that it came with: servers answer 550, 552 and 554 for much that the
 * table's words for these do not say, and 452 for a full mailbox. An address or a domain that does not exist, a mailbox
 * that is full, a mail that is too big.
 */
const EXACT: ReadonlySet<string> = new Set(['5.1.1', 'x.1.2', '5.1.10', '4.2.2', '5.2.2', 'x.2.3', 'x.3.4']);

/** Replies whose words lay the fault to the recipient's mailbox or its name. */
const OF_THE_MAILBOX: ReadonlySet<string> = new Set(['550', '552', '553']);
/** Subjects of statuses that lay it elsewhere: to the other system, to its rules. */
const ELSEWHERE: ReadonlySet<string> = new Set(['3', '7']);

/** Refused for good, for a reason that nothing names. */
const FAILED = '554';

/** Why a mail did not arrive, as ERR-5 says it. */
export interface SmtpError {
  readonly code: string;
  readonly label: string;
}

/**
 * The entry of table SMTPERRORCODE for a failure: what the enhanced status means where it is more exact than the
 * server's reply, else the reply where the table has it, else the status, else 420 for one that passes and 554.
 *
 * @param reply three digits, `550`
 * @param status enhanced code, `5.1.1`
 */
export function smtpErrorOf({
  reply,
  status,
}: {
  readonly reply: string | undefined;
  readonly status: string | undefined;
}): SmtpError {
  const known = reply?.trim() ?? '';
  const forms = formsOf(status?.trim() ?? '');
  const code = SMTP_ERRORS.has(known) ? (moreExact(known, forms) ?? known) : (meaningOf(forms) ?? FAILED);
  return { code, label: SMTP_ERRORS.get(code) ?? '' };
}

/** How {@link STATUSES} may have a status, the most exact form first; none where it is no status. */
function formsOf(status: string): readonly string[] {
  const [, kind, subject, detail] = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(status) ?? [];
  if (kind === undefined || subject === undefined) return [];
  return [status, `x.${subject}.${detail}`, `${kind}.${subject}`, kind];
}

function meaningOf(forms: readonly string[]): string | undefined {
  return forms.map(form => STATUSES.get(form)).find(code => code !== undefined);
}

/** What a status means, where a reply would say less or something else. */
function moreExact(reply: string, forms: readonly string[]): string | undefined {
  const [status = '', anyKind = '', subject = ''] = forms;
  if (EXACT.has(status) || EXACT.has(anyKind)) return meaningOf([status, anyKind]);
  const isElsewhere = ELSEWHERE.has(subject.split('.')[1] ?? '');
  return OF_THE_MAILBOX.has(reply) && isElsewhere ? meaningOf([status, anyKind, subject]) : undefined;
}
