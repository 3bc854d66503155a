/**
 * Until the condition holds: the one place of the tests that waits.
 *
 * @throws Error when it does not hold in time
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number; readonly what?: string } = {},
): Promise<void> {
  const { timeoutMs = 10_000, everyMs = 10, what = condition.toString() } = options;
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}
