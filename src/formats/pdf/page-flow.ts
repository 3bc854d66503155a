import type { Box } from './boxes.ts';
import type { Canvas } from './canvas.ts';
import { CONTENT, PAGE } from './theme.ts';

/** Pages of one document; beyond them its end is left out. */
const MAX_PAGES = 1000;

/** Where things are put one below the other, page after page. */
export interface PageFlow {
  readonly canvas: Canvas;
  /** What is left of the page, in points. */
  readonly room: () => number;
  /** Where the next thing begins, in points from the top of the page. */
  readonly y: () => number;
  /** Leaves the room that a thing took. */
  readonly advance: (height: number) => void;
  /** Puts boxes, on a new page where one does not fit. */
  readonly put: (boxes: Iterable<Box>, x: number) => void;
  /** A new page, unless there is room for a height. */
  readonly ensure: (height: number) => void;
  readonly startPage: () => void;
  /** Whether the document has as many pages as it may have: nothing more is put. */
  readonly full: () => boolean;
  readonly pages: () => number;
  /** One page more, for the notice that the end is missing. */
  readonly startLastPage: () => void;
}

/**
 * A flow that begins with a page.
 *
 * @param frame draws what stands in the margins of the page of a number, from 1.
 */
export function createPageFlow(canvas: Canvas, frame: (page: number) => void): PageFlow {
  let page = 0;
  let at = 0;
  let limit = MAX_PAGES;
  let full = false;

  function startPage(): void {
    if (page >= limit) {
      full = true;
      return;
    }
    page += 1;
    at = 0;
    canvas.addPage();
    frame(page);
  }

  function put(boxes: Iterable<Box>, x: number): void {
    for (const box of boxes) {
      if (at > 0 && at + box.height > CONTENT.height) startPage();
      if (full) return;
      if (at === 0 && box.gap === true) continue;
      box.draw(canvas, x, PAGE.top + at);
      at += box.height;
    }
  }

  startPage();
  return {
    canvas,
    room: () => CONTENT.height - at,
    y: () => PAGE.top + at,
    advance: height => {
      at += height;
    },
    put,
    ensure: height => {
      if (at > 0 && at + height > CONTENT.height) startPage();
    },
    startPage,
    full: () => full,
    pages: () => page,
    startLastPage: () => {
      limit += 1;
      full = false;
      startPage();
    },
  };
}
