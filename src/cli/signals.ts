/**
 * Resolves when the process is asked to stop: SIGTERM, SIGINT, or the end of the launcher that started it on the
 * pinned Node (bin/pfi.js holds the other end of the channel, and a `kill -9` closes it).
 *
 * Asking again changes nothing: a Ctrl-C reaches both the launcher and this process, and comes twice.
 */
export function stopAsked(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
    process.on('disconnect', () => resolve());
    // Listening keeps a channel, hence the process, open; the launcher is no work to wait for.
    process.channel?.unref();
  });
}
