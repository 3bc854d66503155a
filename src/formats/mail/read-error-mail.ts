import { OTHER_ERROR } from '../hl7/error-tables.ts';
import { errorCodeOf } from './error-subject.ts';
import type { ErrorMailFacts } from './receipt-types.ts';
import { idsAbout } from './returned-mail.ts';
import type { OpenedMail } from './types.ts';

/**
 * What an error mail tells: its code, from the subject, where alone it stands in a form that machines read
 * (ANS, Transmission au LPS v1.1, struct-email-standard); and the mails that it may be about.
 *
 * @param mail one that {@link ./classify.ts} takes for an error mail.
 */
export function readErrorMail(mail: OpenedMail): ErrorMailFacts {
  return {
    report: 'error-mail',
    code: errorCodeOf(mail.subject) ?? OTHER_ERROR.code,
    about: idsAbout(mail),
  };
}
