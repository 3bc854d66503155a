import { normalized } from '../unicode/normalized.ts';

/**
 * A ZIP member's name as a path of the archive: forward slashes, no empty and no `.` segment.
 * Undefined when the name is absolute, names a drive, climbs with `..` or holds NUL.
 */
export function archivePath(name: string): string | undefined {
  const path = name.replaceAll('\\', '/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\0')) return undefined;
  const segments = path.split('/').filter(segment => segment !== '' && segment !== '.');
  return segments.includes('..') ? undefined : segments.join('/');
}

/** Paths that differ in case or in Unicode composition alone fold to one. */
export function foldPath(path: string): string {
  return normalized(path, 'NFC').toLowerCase();
}

/**
 * What operating systems and editors leave in archives: `__MACOSX/`, `.DS_Store`, `.svn/`, `._DOC0001.XML`.
 */
export function isJunk(path: string): boolean {
  return path.split('/').some(segment => segment.startsWith('.') || segment.toUpperCase() === '__MACOSX');
}

/** Where a METADATA.XML stands: the folder that wraps IHE_XDM (`''` at the root) and its own directory. */
export interface MetadataPlace {
  readonly wrapper: string;
  readonly directory: string;
}

/**
 * Tells `IHE_XDM/<directory>/METADATA.XML`, in any case, at the root or in a wrapper folder (quirks X1, X7).
 */
export function metadataPlace(path: string): MetadataPlace | undefined {
  const found = /^((?:.*\/)?)(IHE_XDM\/[^/]+)\/METADATA\.XML$/i.exec(path);
  if (found === null || isJunk(path)) return undefined;
  const [, wrapper = '', directory = ''] = found;
  return { wrapper, directory: wrapper + directory };
}

/**
 * A `URI` slot as a path of the archive: relative to the directory of its METADATA.XML, `../` allowed within
 * the archive (IHE ITI-32; quirk X7). Undefined when it is absolute, has a scheme or leaves the archive.
 */
export function resolveUri(directory: string, uri: string): string | undefined {
  const relative = uri.replaceAll('\\', '/');
  if (relative.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(relative) || relative.includes('\0'))
    return undefined;
  const path = directory.split('/');
  for (const segment of relative.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') path.push(segment);
    else if (path.pop() === undefined) return undefined;
  }
  return path.join('/');
}

/** Percent-escapes undone; the text as it is when they are not valid UTF-8. */
export function percentDecoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
