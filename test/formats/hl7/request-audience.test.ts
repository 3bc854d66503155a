import { describe, expect, it } from 'vitest';
import { IPP, PATIENTS } from '../../../samples/kit/cda.ts';
import { patientRecipient } from '../../../samples/kit/request.ts';
import { type Overrides, read, refused, set, wrong } from './request-kit.ts';

const DOCTOR = { address: 'anne.tanguy@cabinet-du-port.mssante.fr' };
const PATIENT = patientRecipient(PATIENTS.morvan);
const addressesOf = (overrides: Overrides) => read(overrides).recipients.map(({ address }) => address);

describe('recipients', () => {
  const INS = PATIENT.person?.id ?? '';
  const PS = 'ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO';

  it.each([
    ['authority and type of the INS', '1^X^Y^^^^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^L^^^INS'],
    ['the authority of the NIA', '1^X^Y^^^^^^&1.2.250.1.213.1.4.9&ISO'],
    ['the authority’s OID as its name', '1^X^Y^^^^^^1.2.250.1.213.1.4.10^L'],
    ['the authority of the INS-C', '1^X^Y^^^^^^ASIP-SANTE-INS-C&1.2.250.1.213.1.4.2&ISO'],
    ['the type INS-C', '1^X^Y^^^^^^^^^^INS-C'],
    ['the type that XDS has', `1^X^Y^^^^^^${PS}^D^^^NH`],
    ['the matricule of PID-3, as that of a professional', `${INS}^X^Y^^^^^^${PS}^D^^^RPPS`],
    ['the matricule of PID-3 alone', INS],
    ['the IPP of PID-3', `8000123^X^Y^^^^^^&${IPP}&ISO^L^^^PI`],
    ['the IPP of PID-3 alone', '8000123'],
    ['a second identifier', `810009990025^X^Y^^^^^^${PS}~${INS}`],
  ])('who are the patient by PRT-5 are no professionals: %s', (_, person) => {
    const recipients = [DOCTOR, { address: 'claire.morvan@exemple.fr' }];
    const alter = set('PRT', 5, person, 3);
    expect(addressesOf({ recipients, alter })).toEqual([DOCTOR.address]);
    // Asked for, the patient is written to at the patient’s own address and no other.
    const wishes = { DESTMSSANTEPAT: 'Y' } as const;
    expect(refused({ recipients, alter, wishes })).toEqual(['REQ-026', 'PRT^3^15^1^4']);
    const own = read({ recipients: [DOCTOR, { address: PATIENT.address ?? '' }], alter, wishes });
    expect(own.recipients).toMatchObject([{ address: PATIENT.address, audience: 'patient' }]);
  });

  it.each([
    ['a professional', `810009990025^X^Y^^^^^^${PS}^D^^^RPPS`],
    ['nobody', ''],
    ['nobody by a null', '""'],
    ['somebody of a local number', '8000124'],
  ])('who are %s by PRT-5 are not the patient', (_, person) => {
    expect(addressesOf(wrong(set('PRT', 5, person, 2)))).toEqual([DOCTOR.address]);
  });

  it('have few identifiers', () => {
    expect(refused(wrong(set('PRT', 5, '8~'.repeat(10), 2)))).toEqual(['REQ-011', 'PRT^2^5']);
    expect(addressesOf(wrong(set('PRT', 5, '8~'.repeat(9), 2)))).toEqual([DOCTOR.address]);
  });
});
