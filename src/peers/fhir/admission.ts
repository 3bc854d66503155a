/** How much may be in hand at once. Size in bytes. */
export interface AdmissionLimits {
  readonly requests: number;
  /** Of bodies, and of answers until they have left. */
  readonly bytes: number;
}

/** Bodies and answers up to this size are counted as requests alone, bytes. */
const SMALL = 64 * 1024;

/** Lets requests in while there is room. */
export interface Admission {
  /**
   * Takes room for a request before its body is read.
   *
   * @param length what the body is announced to have, bytes; undefined where it is not: it is counted as it comes
   * @returns undefined where there is no room
   */
  enter(caller: string, length: number | undefined): Place | undefined;
}

/** The room of one request. */
export interface Place {
  /** Takes so many bytes instead of those it had; false, and it keeps those, where there is no room for them. */
  hold(bytes: number): boolean;
  /** Gives the room back, once. */
  leave(): void;
}

interface Used {
  requests: number;
  bytes: number;
}

/**
 * Room for so many requests and so many bytes of what they bring and are answered, of which no caller has more than half
 * where there are several.
 */
export function createAdmission(limits: AdmissionLimits, callers: number): Admission {
  const share = callers > 1 ? 2 : 1;
  const all: Used = { requests: 0, bytes: 0 };
  const each = new Map<string, Used>();

  /** @param others bytes in use beside those that are wanted */
  function fits(bytes: number, others: number, parts: number): boolean {
    // What is alone goes through whatever its size.
    return bytes === 0 || others === 0 || others + bytes <= limits.bytes / parts;
  }

  return {
    enter(caller, length = 0) {
      const own = each.get(caller) ?? { requests: 0, bytes: 0 };
      each.set(caller, own);
      if (all.requests >= limits.requests) return undefined;
      if (own.requests >= Math.ceil(limits.requests / share)) return undefined;
      let held = 0;
      let isIn = true;
      const place: Place = {
        hold(bytes) {
          const wanted = bytes > SMALL ? bytes : 0;
          if (!isIn) return true;
          if (!fits(wanted, all.bytes - held, 1) || !fits(wanted, own.bytes - held, share)) return false;
          for (const used of [all, own]) used.bytes += wanted - held;
          held = wanted;
          return true;
        },
        leave() {
          if (!isIn) return;
          isIn = false;
          for (const used of [all, own]) {
            used.requests -= 1;
            used.bytes -= held;
          }
        },
      };
      if (!place.hold(length)) return undefined;
      for (const used of [all, own]) used.requests += 1;
      return place;
    },
  };
}
