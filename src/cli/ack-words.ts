import { describe, type ErrorCode, isErrorCode } from '../errors/catalogue.ts';
import type { Ack } from '../formats/hl7/types.ts';
import { oneLine } from './output.ts';

const MEANINGS: Readonly<Record<Ack['code'], string>> = {
  AA: 'demande acceptée',
  CA: 'demande acceptée',
  AE: 'demande refusée, rien n’est envoyé',
  CE: 'demande refusée, rien n’est envoyé',
  AR: 'demande rejetée pour l’instant : elle peut être renvoyée telle quelle',
  CR: 'demande rejetée pour l’instant : elle peut être renvoyée telle quelle',
};

/** The gateway's own reason to refuse a request, by its code; undefined in an ACK that is no refusal of ours. */
export function requestCodeOf({ errors }: Ack): ErrorCode | undefined {
  const said = errors.flatMap(({ application, message }) => [
    application?.code,
    /^REQ-\d{3}/.exec(message ?? '')?.[0],
  ]);
  return said.find(
    (code): code is ErrorCode => code !== undefined && code.startsWith('REQ-') && isErrorCode(code),
  );
}

/** The gateway's answer to a request, in French, with what there is to do. */
export function ackLines(ack: Ack): string[] {
  const { code, controlId, errors } = ack;
  const own = requestCodeOf(ack);
  return [
    `${code} : ${MEANINGS[code]} (message ${oneLine(controlId)})`,
    ...errors.flatMap(({ location, condition, application, message }) =>
      Object.entries({
        'ERR-2': location,
        'ERR-3': condition && `${condition.code} ${condition.label}`,
        'ERR-5': application && `${application.code} ${application.label}`,
        'ERR-8': message,
      }).flatMap(([field, text = '']) => (text === '' ? [] : [`  ${field} ${oneLine(text)}`])),
    ),
    ...(own === undefined ? [] : [`  À faire : ${describe(own).todo}`]),
  ];
}
