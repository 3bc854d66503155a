import { describe, expect, it } from 'vitest';
import { actionOf } from '../../../src/formats/xdm/action.ts';

describe('the action on a document', () => {
  it.each([
    [undefined, 'add'],
    ['C', 'replace'],
    ['D', 'delete'],
    ['', { code: 'XDM-015' }],
    ['A', { code: 'XDM-015' }],
    ['C,D', { code: 'XDM-015' }],
    ['REPLACE', { code: 'XDM-015' }],
  ])('of the slot %j is %j', (actionSlot, action) => {
    expect(actionOf({ actionSlot })).toEqual(action);
  });
});
