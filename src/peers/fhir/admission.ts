/** How much may be in hand at once. Size in bytes. */
export interface AdmissionLimits {
  readonly requests: number;
  readonly bytes: number;
  /** Of one body. */
  readonly maxBytes: number;
}

/** Bodies up to this size are counted as requests alone, bytes. */
const SMALL = 64 * 1024;

/** Lets requests in while there is room. */
export interface Admission {
  /**
   * Takes room for a request before its body is read.
   *
   * @param length what the body is announced to have, undefined where it is not
   * @returns gives the room back, once; undefined where there is none
   */
  enter(caller: string, length: number | undefined): (() => void) | undefined;
}

/** Room for so many requests and so many bytes of bodies, of which no caller has more than half where there are several. */
export function createAdmission(limits: AdmissionLimits, callers: number): Admission {
  const share = callers > 1 ? 2 : 1;
  const all = { requests: 0, bytes: 0 };
  const each = new Map<string, { requests: number; bytes: number }>();

  return {
    enter(caller, length) {
      const own = each.get(caller) ?? { requests: 0, bytes: 0 };
      each.set(caller, own);
      const bytes =
        length === undefined || length > SMALL ? Math.min(length ?? limits.maxBytes, limits.maxBytes) : 0;
      const hasRoom = (used: typeof own, parts: number): boolean =>
        used.requests < Math.ceil(limits.requests / parts) &&
        // One body goes through whatever its size.
        (bytes === 0 || used.bytes === 0 || used.bytes + bytes <= limits.bytes / parts);
      if (!hasRoom(all, 1) || !hasRoom(own, share)) return undefined;
      for (const used of [all, own]) {
        used.requests += 1;
        used.bytes += bytes;
      }
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        for (const used of [all, own]) {
          used.requests -= 1;
          used.bytes -= bytes;
        }
      };
    },
  };
}
