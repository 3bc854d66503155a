/** Marks on one letter that make sense: the Stream-Safe Text Format of Unicode (UAX #15 §13) has no more. */
export const MAX_MARKS = 30;

/** The two marks of half width are letters until they are normalized. */
const MARKS = new RegExp(String.raw`[\p{M}\uFF9E\uFF9F]{1,${MAX_MARKS}}`, 'gu');

/**
 * A text in a normal form (UAX #15), in time linear in its length: the engine sorts a run of marks in time quadratic in
 * the run's, minutes for one that anybody may send. A run of more than {@link MAX_MARKS} is sorted by so many.
 */
export function normalized(text: string, form: 'NFC' | 'NFKD'): string {
  let result = '';
  let from = 0;
  let end = 0;
  for (const { 0: marks, index } of text.matchAll(MARKS)) {
    if (index === end) {
      result += text.slice(from, index).normalize(form);
      from = index;
    }
    end = index + marks.length;
  }
  return result + text.slice(from).normalize(form);
}
