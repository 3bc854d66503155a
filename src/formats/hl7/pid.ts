import { birthNameOf, hasCompleteIns, isInsAuthority, usedNameOf } from '../cda/identity.ts';
import type { InstanceIdentifier, PatientHeader } from '../cda/types.ts';
import { components, segment } from './segment.ts';

const NIA = '1.2.250.1.213.1.4.9';

/**
 * PID by IHE PAM France 2.11 and the ANS annex on the INS: identifiers in the document's order (PID-3), names
 * by type (PID-5), birth date, sex, birthplace (PID-11), and, only where the INS stands with all its traits,
 * PID-32 VALI.
 */
export function pid(patient: PatientHeader): string {
  const qualified = hasCompleteIns(patient);
  return segment('PID', {
    3: patient.identifiers.map(identifier).join('~'),
    5: names(patient).join('~'),
    7: /^\d+/.exec(patient.birthTime ?? '')?.[0] ?? '',
    8: sex(patient.gender),
    11: birthplace(patient),
    31: qualified ? 'N' : '',
    32: qualified ? 'VALI' : '',
  });
}

/** A CX. An identifier that is a bare OID is its own value. */
function identifier({ root, extension, assigningAuthorityName }: InstanceIdentifier): string {
  const ins = isInsAuthority(root);
  const authority = ins
    ? root === NIA
      ? 'ASIP-SANTE-INS-NIA'
      : 'ASIP-SANTE-INS-NIR'
    : assigningAuthorityName;
  const kind = /^[0-9.]+$/.test(root) ? 'ISO' : 'UUID';
  return components([extension ?? root, '', '', [authority, root, kind], ins ? 'INS' : 'PI']);
}

/**
 * XPN of the birth name (`L`) and of the used name (`D`), one with a family name first: PID-5.1 is what
 * applications look at. A name that nothing qualifies is `U`: not known whether it is the birth name; `U`
 * claims nothing, so that it may borrow the part that only the birth name gives.
 */
function names(patient: PatientHeader): string[] {
  const birth = birthNameOf(patient);
  const used = usedNameOf(patient);
  const asserted = [...patient.families, ...patient.givens].some(
    ({ qualifier }) => qualifier === 'CL' || qualifier === 'SP',
  );
  const all = [
    birth && [birth.family, birth.given, birth.givens, '', '', '', 'L'],
    used && asserted && [used.family, used.given, '', '', '', '', 'D'],
    used && !asserted && [used.family ?? birth?.family, used.given ?? birth?.given, '', '', '', '', 'U'],
  ].filter(name => Array.isArray(name));
  return all.sort((a, b) => Number(a[0] === undefined) - Number(b[0] === undefined)).map(components);
}

/** Table 0001. `UN` (undifferentiated) has no letter of its own there. */
function sex(gender: string | undefined): string {
  if (gender === undefined || gender === 'M' || gender === 'F') return gender ?? '';
  return 'U';
}

/** XAD of type BDL: town in component 3, INSEE code (county) in component 9. */
function birthplace({ birthplace }: PatientHeader): string {
  if (birthplace?.county === undefined && birthplace?.city === undefined) return '';
  return components(['', '', birthplace.city, '', '', '', 'BDL', '', birthplace.county]);
}
