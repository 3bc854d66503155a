const DAY_MS = 86_400_000;

/** A person must act from here on. */
export const ACT_DAYS = 30;
/** The last days. */
export const URGENT_DAYS = 7;

/**
 * What is to be done so many days before the end, the fewest first. IGC-Santé renews a certificate on demand, takes its
 * time, and not once it has ended.
 */
const STEPS: readonly (readonly [days: number, todo: string])[] = [
  [URGENT_DAYS, 'renouvelez-le sans attendre, après cette date il faudra en demander un autre'],
  [15, 'relancez la demande de renouvellement'],
  [ACT_DAYS, 'demandez son renouvellement'],
  [60, 'préparez son renouvellement'],
];

/** How many whole days are left of a certificate; negative once it has ended. */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
}

/**
 * What to say of a certificate that ends in so many days: `expire dans 12 jours, le 02/12/2026 : relancez…`; undefined
 * while there is time.
 */
export function expiryNotice(notAfter: Date, days: number): string | undefined {
  const todo = STEPS.find(([within]) => days <= within)?.[1];
  return todo && `${expiryWords(notAfter, days)} : ${todo}`;
}

/** `expire dans 12 jours, le 02/12/2026`; `a expiré le 20/11/2026` once it has ended. */
export function expiryWords(notAfter: Date, days: number): string {
  if (days < 0) return `a expiré le ${day(notAfter)}`;
  const when = days === 0 ? 'moins d’un jour' : `${days} jour${days > 1 ? 's' : ''}`;
  return `expire dans ${when}, le ${day(notAfter)}`;
}

/** `02/12/2026`, in Paris. */
export function day(date: Date): string {
  return date.toLocaleDateString('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'short' });
}
