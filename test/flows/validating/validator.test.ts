import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createValidator, type Validator } from '../../../src/flows/validating/validator.ts';
import type { FhirResource } from '../../../src/formats/fhir/resource.ts';
import { FLOW_PROFILES, rulesFor } from '../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../src/formats/fhir/validation/validate.ts';
import { regulator, national } from '../../kit/fhir-sas.ts';

/** Large resources are validated elsewhere: by the same rules, and whoever else calls does not wait for them. */

const caller = 'pui';
const LARGE = 1024 ** 2;
const profile = FLOW_PROFILES.sas;
const wrong = regulator([national('8')], { gender: 'x', name: [{ text: 'x' }] });
const wanted = validate(wrong, rulesFor('sas'), profile);

let validator: Validator | undefined;
afterEach(() => validator?.stop());

function started(deadlineMs = 30_000): Validator {
  validator = createValidator({ memoryMb: 512, processes: 1, deadlineMs, turnMs: 60_000 });
  return validator;
}

/** Whether the event loop turned before the promise was kept. */
async function leavesRoom(promise: Promise<unknown>): Promise<boolean> {
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await promise;
  return turned;
}

describe('a resource', () => {
  it.each([
    ['small', 1_000],
    ['large', LARGE],
  ])('that is %s is told the same', async (_, bytes) => {
    const by = started().by({ flow: 'sas', file: undefined });
    expect(wanted.some(({ severity }) => severity === 'error')).toBe(true);
    expect(await by(wrong, { profile, bytes, caller })).toEqual(wanted);
  });

  it.each([
    ['small', 1_000, false],
    ['large', LARGE, true],
  ])('that is %s: whether others have their turn meanwhile is %s', async (_, bytes, elsewhere) => {
    const by = started().by({ flow: 'sas', file: undefined });
    expect(await leavesRoom(by(wrong, { profile, bytes, caller }))).toBe(elsewhere);
  });

  it('is held against the rules that an administrator has distilled, in a process too', async () => {
    const { amendments: _, ...rules } = rulesFor('sas');
    const stricter = {
      ...rules,
      profiles: {
        ...rules.profiles,
        [profile]: {
          id: 'x',
          type: 'Practitioner',
          elements: { birthDate: { min: 1 } },
        },
      },
    };
    const by = started().by({ flow: 'sas', file: Buffer.from(JSON.stringify(stricter)) });
    for (const bytes of [1_000, LARGE]) {
      const findings = await by(regulator([national('8')]), { profile, bytes, caller });
      expect(findings.map(({ path }) => path)).toContain('Practitioner.birthDate');
    }
  });

  it('has its numbers read as numbers, however they are written', async () => {
    const by = started().by({ flow: 'dmi', file: undefined });
    const device: FhirResource = {
      resourceType: 'Bundle',
      type: 'transaction',
      total: JSON.rawJSON('1e0'),
    };
    for (const bytes of [1_000, LARGE]) {
      const findings = await by(device, { profile: FLOW_PROFILES.dmi, bytes, caller });
      expect(findings.filter(({ path, rule }) => path === 'Bundle.total' && rule === 'R4')).toEqual([]);
    }
  });

  it('whose process is ended by the system is validated by another', async () => {
    const by = started().by({ flow: 'sas', file: undefined });
    await by(wrong, { profile, bytes: LARGE, caller });
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    const asked = by(wrong, { profile, bytes: LARGE, caller });
    for (const pid of children.trim().split(' ')) process.kill(Number(pid), 'SIGKILL');
    expect(await asked).toEqual(wanted);
  });

  it('that takes too long is told to be so, and costs nobody else anything', async () => {
    const by = started(1).by({ flow: 'sas', file: undefined });
    const findings = await by(wrong, { profile, bytes: LARGE, caller });
    expect(findings).toEqual([
      expect.objectContaining({ severity: 'error', code: 'not-supported', path: 'Practitioner' }),
    ]);
    expect(await by(wrong, { profile, bytes: 1_000, caller })).toEqual(wanted);
  });

  it('of one caller does not wait for all that another wants', async () => {
    const by = started().by({ flow: 'sas', file: undefined });
    const ended: string[] = [];
    const ask = async (who: string): Promise<void> => {
      await by(wrong, { profile, bytes: LARGE, caller: who });
      ended.push(who);
    };
    await Promise.all([...Array.from({ length: 6 }, () => ask('bloc')), ask('pui')]);
    expect(ended.indexOf('pui')).toBe(1);
  });

  it('is refused for now when the gateway stops meanwhile', async () => {
    const by = started().by({ flow: 'sas', file: undefined });
    const asked = by(wrong, { profile, bytes: LARGE, caller });
    await validator?.stop();
    await expect(asked).rejects.toMatchObject({ code: 'GEN-002' });
  });
});
