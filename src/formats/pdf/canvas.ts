import type { Face } from './theme.ts';

/** An image that is ready to be drawn; its size is in pixels, as it is seen. */
export interface PreparedImage {
  readonly width: number;
  readonly height: number;
  /** What the file knows it by. */
  readonly handle: unknown;
}

/** What is drawn on; lengths are points from the top left corner of the page. */
export interface Canvas {
  readonly addPage: () => void;
  /** Draws one line of text; `y` is its baseline. */
  readonly text: (text: string, x: number, y: number, face: Face, size: number, color: string) => void;
  readonly line: (
    fromX: number,
    fromY: number,
    toX: number,
    toY: number,
    width: number,
    color: string,
  ) => void;
  readonly rectangle: (
    x: number,
    y: number,
    width: number,
    height: number,
    colors: { readonly fill?: string | undefined; readonly line?: string | undefined },
  ) => void;
  readonly image: (image: PreparedImage, x: number, y: number, width: number, height: number) => void;
}

const nothing = () => undefined;

/** Draws nothing: to learn how many pages a document takes, which its first page already says. */
export const BLANK_CANVAS: Canvas = {
  addPage: nothing,
  text: nothing,
  line: nothing,
  rectangle: nothing,
  image: nothing,
};
