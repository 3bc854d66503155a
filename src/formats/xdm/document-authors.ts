import type { Author, CdaHeader } from '../cda/types.ts';
import { components, text } from '../hl7/segment.ts';
import { xcn, xon } from './actors.ts';
import type { AuthorMetadata } from './document-types.ts';
import { fitted } from './hl7-text.ts';

/** Reports have one or two authors. Far more would swell METADATA.XML beyond what its readers take. */
const MAX_AUTHORS = 50;

/**
 * The authors of a document, one for each `author` that names a person, a device or an organisation; the
 * first 50. A patient who is the author has no institution, for the document names none.
 */
export function documentAuthors({ authors }: Pick<CdaHeader, 'authors'>): AuthorMetadata[] {
  return authors
    .slice(0, MAX_AUTHORS)
    .map(documentAuthor)
    .filter(({ person, institution }) => person !== undefined || institution !== undefined);
}

function documentAuthor(author: Author): AuthorMetadata {
  const { identifier, family, given, device, model, role, code, organization } = author;
  const isSystem = device !== undefined;
  return {
    person: xcn({
      identifier,
      family: isSystem ? device : family,
      given: isSystem ? model : given,
      isSystem,
    }),
    institution: organization && xon(organization),
    role: role === undefined ? undefined : fitted(cut => text(cut(role))),
    specialty: specialtyOf(code),
  };
}

/** A profession, with a speciality or without (authorSpecialty). */
function specialtyOf(code: Author['code']): string | undefined {
  return code && fitted(cut => components([code.code, cut(code.display), code.system]));
}

/** Who takes responsibility for the document, as XCN; undefined where nobody is named. */
export function legalAuthenticator({ authenticator }: Pick<CdaHeader, 'authenticator'>): string | undefined {
  return authenticator && xcn({ ...authenticator, isSystem: false });
}

/** What whoever takes responsibility for the document is by profession, in the form of {@link AuthorMetadata.specialty}. */
export function authenticatorSpecialty({
  authenticator,
}: Pick<CdaHeader, 'authenticator'>): string | undefined {
  return specialtyOf(authenticator?.code);
}
