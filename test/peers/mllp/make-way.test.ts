import { describe, expect, it } from 'vitest';
import { type Pastime, whoMakesWay } from '../../../src/peers/mllp/make-way.ts';

/** `A1 idle 10`: a connection of peer A, what it is at, since when; `A1` alone must not be disturbed. */
function standing(line: string) {
  const [name = '', what, since] = line.split(' ');
  const state = what === undefined ? undefined : { what: what as Pastime, since: Number(since) };
  return { name, address: name.charAt(0), state };
}

describe('whoMakesWay', () => {
  it.each<[string, string[], string, string | undefined]>([
    ['nobody stands', [], 'A', undefined],
    ['the oldest idle one', ['A1 idle 3', 'A2 idle 1', 'A3 idle 2'], 'A', 'A2'],
    ['an idle one before one in a frame', ['A1 slow 1', 'A2 idle 9'], 'A', 'A2'],
    ['one that has said all before an idle one', ['A1 idle 1', 'A2 leaving 9'], 'A', 'A2'],
    ['a slow frame where none is idle', ['A1', 'A2 slow 2', 'A3 slow 1'], 'A', 'A3'],
    ['nobody where all are at work', ['A1', 'A2', 'B1'], 'C', undefined],
    ['one of the peer that has the most', ['A1 idle 1', 'B1 slow 9', 'B2 slow 8'], 'C', 'B2'],
    ['one of its own, of a peer that has the most', ['A1 idle 1', 'B1 slow 9', 'B2'], 'B', 'B1'],
    ['nobody’s who has fewer than the newcomer’s peer', ['A1 idle 1', 'B1', 'B2'], 'B', undefined],
    ['another’s where the peer that has the most is at work', ['A1 idle 1', 'B1', 'B2'], 'C', 'A1'],
    ['a frame that waits for room, for another peer', ['A1 waiting 1', 'A2 waiting 2'], 'B', 'A1'],
    ['none that waits, for a peer of its own', ['A1 waiting 1', 'A2 waiting 2'], 'A', undefined],
  ])('%s', (_, lines, newcomer, expected) => {
    expect(whoMakesWay(lines.map(standing), newcomer)?.name).toBe(expected);
  });
});
