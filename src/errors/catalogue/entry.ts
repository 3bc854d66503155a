/**
 * What happens after a fault (docs/design.md §4): `transient` is tried again, `ambiguous` is tried again with the same
 * identifiers, `permanent` ends the attempt; `unreachable` is tried again for as long as it takes, the peer's deliveries
 * wait together and none loses its patience over it.
 */
export type ErrorClass = 'unreachable' | 'transient' | 'ambiguous' | 'permanent';

/**
 * The French texts are what people read: `why` the thing failed, what the gateway `did`, what there is `todo`. None of
 * them ever holds health data.
 */
export interface CatalogueEntry {
  readonly class: ErrorClass;
  readonly why: string;
  readonly did: string;
  readonly todo: string;
  /** Held because document and patient may not belong together: sent again only with a confirmation. */
  readonly doubt?: true;
}
