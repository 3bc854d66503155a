/** How a piece of text is shown. */
export interface TextStyle {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  /** Text that a revision has taken out (`revised="delete"`). */
  readonly struck: boolean;
  readonly position: 'base' | 'sub' | 'sup';
}

/** A piece of a paragraph. Runs of white space in a text count as one space. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string; readonly style: TextStyle }
  | { readonly kind: 'break' }
  /** The mark of a footnote: its number in the document, from 1. */
  | { readonly kind: 'note'; readonly number: number };

/** Horizontal alignment, where the document asks for one. */
export type Alignment = 'left' | 'center' | 'right';

export interface Paragraph {
  readonly kind: 'paragraph';
  readonly align: Alignment | undefined;
  readonly inlines: readonly Inline[];
}

/** Text whose line ends and spaces count: a body of plain text. */
export interface PlainLines {
  readonly kind: 'lines';
  readonly text: string;
}

/** How the items of a list are marked. */
export type ListMark = 'bullet' | 'decimal' | 'lower-alpha' | 'upper-alpha' | 'lower-roman' | 'upper-roman';

export interface List {
  readonly kind: 'list';
  readonly mark: ListMark;
  readonly caption: readonly Inline[];
  readonly items: readonly (readonly Block[])[];
}

export interface Cell {
  readonly header: boolean;
  /** From 1. */
  readonly colspan: number;
  /** From 1; it may reach beyond the table. */
  readonly rowspan: number;
  readonly align: Alignment | undefined;
  readonly blocks: readonly Block[];
}

export type Row = readonly Cell[];

export interface Table {
  readonly kind: 'table';
  readonly caption: readonly Inline[];
  readonly head: readonly Row[];
  readonly body: readonly Row[];
  readonly foot: readonly Row[];
}

/** An object of the document (observationMedia) that its text may show. */
export interface MediaObject {
  /** As the document declares it, lower case, without parameters; undefined where the document lacks the object. */
  readonly mediaType: string | undefined;
  /** The content, where it is an image within the bounds. */
  readonly bytes: Uint8Array | undefined;
  /** The text shows a region of it (regionOfInterest). */
  readonly region: boolean;
}

/** A place where the text shows an object (renderMultiMedia); places that show the same one share it. */
export interface Picture {
  readonly kind: 'picture';
  readonly object: MediaObject;
  readonly caption: readonly Inline[];
}

export type Block = Paragraph | PlainLines | List | Table | Picture;

export interface Footnote {
  readonly number: number;
  readonly blocks: readonly Block[];
}

export interface Section {
  readonly title: string | undefined;
  readonly blocks: readonly Block[];
  readonly notes: readonly Footnote[];
  readonly sections: readonly Section[];
}

/** What a document gives people to read. */
export interface Narrative {
  readonly sections: readonly Section[];
  /** More than is read for one document: the end is missing. */
  readonly truncated: boolean;
}
