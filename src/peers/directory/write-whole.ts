import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file that is never seen in part and that survives a power cut: under a hidden name, synced,
 * renamed (over an earlier one of that name), the folder synced.
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const hidden = join(folder, `.${basename(path)}.tmp`);
  try {
    const file = await open(hidden, 'w', 0o660);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(hidden, path);
  } catch (cause) {
    await rm(hidden, { force: true }).catch(() => {});
    throw cause;
  }
  await syncFolder(folder);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
