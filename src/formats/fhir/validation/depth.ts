/** Whether a JSON value is nested deeper than so many levels; asks in a loop, so that no value can exhaust the stack. */
export function isDeeper(value: unknown, levels: number): boolean {
  let layer: unknown[] = [value];
  for (let level = 0; level < levels && layer.length > 0; level++)
    layer = layer.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  return layer.some(each => typeof each === 'object' && each !== null);
}
