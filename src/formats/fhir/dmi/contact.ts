import { compact, type Element, UNKNOWN } from './elements.ts';
import type { Adresse, Telecom } from './party-types.ts';

const CHANNELS: Readonly<Record<Telecom['canal'], string>> = {
  telephone: 'phone',
  fax: 'fax',
  courriel: 'email',
  bipeur: 'pager',
  url: 'url',
  sms: 'sms',
  autre: 'other',
};

const USES: Readonly<Record<NonNullable<Telecom['usage']>, string>> = {
  domicile: 'home',
  travail: 'work',
  temporaire: 'temp',
  ancien: 'old',
  mobile: 'mobile',
};

/** A ContactPoint. */
export function contactPoint({ canal, valeur, usage }: Telecom): Element {
  return compact({
    system: CHANNELS[canal],
    value: valeur,
    use: usage === undefined ? undefined : USES[usage],
  });
}

/** ContactPoints where a profile wants one: where none is known, one that says so. */
export function contactPoints(telecoms: readonly Telecom[] = []): readonly Element[] {
  return telecoms.length === 0 ? [{ extension: [UNKNOWN] }] : telecoms.map(contactPoint);
}

/** An Address. */
export function addressOf({ texte, lignes, codePostal, ville, pays }: Adresse): Element {
  return compact({ text: texte, line: lignes, city: ville, postalCode: codePostal, country: pays });
}
