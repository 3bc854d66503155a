import { z } from 'zod';

/** A number, or digits that came from the environment (`${IMAP_PORT}`). */
export const port = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
    ],
    'port attendu : un nombre de 1 à 65535',
  )
  .pipe(z.int().min(1).max(65_535));
export const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'adresse de messagerie attendue');
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'nom attendu : lettres, chiffres, point, tiret, souligné');

/** What a value stands for beside its type; `shape.ts` reads the marks to resolve paths and to hide secrets. */
export type Mark = 'file' | 'folder' | 'sqlite' | 'secret';

export const mark = (kind: Mark): { mark: Mark } => ({ mark: kind });

/** A file that must be readable when the configuration is loaded; relative to the configuration's own folder. */
export const file = z.string().min(1).meta(mark('file'));

/** A secret: the text itself (after `${ENV}` is replaced) or a file that holds it, read when it is needed. */
export const secret = z
  .union(
    [z.string().min(1), z.strictObject({ file })],
    'texte (entre guillemets) ou { file: CHEMIN } attendu',
  )
  .meta(mark('secret'));

export const clientCertificate = z.strictObject({ cert: file, key: file });

/** Checks between keys run even where a key beside them is wrong: every fault is told at once. */
export const besideFaults = {
  when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null,
};

export type Secret = z.output<typeof secret>;

/** A fault that a check between keys finds. */
export type Refusal = { code: 'custom'; path: (string | number)[]; message: string };
