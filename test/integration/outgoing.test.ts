import { afterEach, describe, expect, it } from 'vitest';
import { patientRecipient } from '../../samples/kit/request.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { HOSPITAL, DOCTOR, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';

let laboratory: Laboratory;
afterEach(() => laboratory.stop());

describe('a request', () => {
  it('becomes a mail for the professionals and one for the patient, and receipts for who asked', async () => {
    laboratory = await startLaboratory();
    const { message, controlId } = newRequest({
      wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y' },
      recipients: [{ address: DOCTOR }, { address: HOSPITAL }, patientRecipient(PATIENTS.morvan)],
    });
    expect(await laboratory.ask(message)).toBe('AA');
    const view = await laboratory.settled(controlId);
    expect(laboratory.mails(view).map(({ envelope }) => envelope.to)).toEqual([
      [DOCTOR, HOSPITAL],
      [PATIENT],
    ]);
    await laboratory.until('every receipt has come', () => laboratory.told(controlId).length === 3);
    expect(laboratory.told(controlId).toSorted()).toEqual(
      [`Z02 Y ${DOCTOR}`, `Z02 Y ${HOSPITAL}`, `Z02 Y ${PATIENT}`].toSorted(),
    );
    await laboratory.until(
      'the exchange has ended',
      async () => (await laboratory.view(controlId))?.exchange.state === 'ended',
    );
  });
});
