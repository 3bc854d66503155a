import type { PeerReport } from '../peers/interfaces.ts';

/** Something that is tried, by its French name. */
export interface Probe {
  readonly peer: string;
  probe(): Promise<PeerReport>;
}

/** What a peer says to a probe; it is closed after it. @throws what the probe does */
export async function probeAndClose(peer: {
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}): Promise<PeerReport> {
  try {
    return await peer.probe();
  } finally {
    await peer.close();
  }
}
