import type { CdaEvents } from './cda-events.ts';
import type { Block, Inline, TextStyle } from './narrative-types.ts';

/** Reads what the element that was opened last holds, for the readers of tables and lists. */
export interface ContentReader {
  readonly blocks: (events: CdaEvents, style: TextStyle) => Block[];
  readonly inlines: (events: CdaEvents, style: TextStyle) => Inline[];
  /** Counts an element; false when no more are read, and the rest is passed over. */
  readonly room: () => boolean;
}
