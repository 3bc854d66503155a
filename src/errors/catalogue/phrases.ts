/** What several faults say alike. */
export const REFUSED = 'Le document n’a pas été transmis ; un retour d’erreur (code 906) est envoyé.';
export const MAIL_REFUSED =
  'Rien n’a été transmis à l’application ; un retour d’erreur (code 906) est envoyé.';
export const HELD =
  'Le document attend dans la liste « À traiter » ; le courriel est dans le dossier des erreurs.';
export const MAIL_HELD =
  'Rien n’a été transmis à l’application ; le courriel attend dans la liste « À traiter » et se trouve dans le dossier des erreurs.';
export const RETRIED = 'La passerelle réessaie d’elle-même, de plus en plus rarement.';
export const ASK_SENDER = 'Demandez à l’expéditeur un nouvel envoi, corrigé.';
export const DECIDE =
  'Écartez le document avec un motif (`pfi exchanges abandon`) : l’expéditeur recevra ce motif.';
export const MAKE_SURE = `${DECIDE} S’il est sûr malgré tout, relancez-le avec \`--confirm\`.`;
