/** Whether a root of absolute names (`https://host/path/`) is the consumer's own server. */
export type IsConsumer = (root: string) => boolean;

/**
 * Whether a root is the server at this address, however it is written: what is to be found there must be known to the
 * producer that refers to it.
 *
 * @param base absolute URL, with or without `/` at its end
 */
export function consumerAt(base: string): IsConsumer {
  const own = placeOf(base);
  return root => {
    const place = placeOf(root);
    return place !== undefined && place.host === own?.host && place.path === own.path;
  };
}

/**
 * As {@link consumerAt}, under whatever host: a gateway has many names, and may stand behind another server's path. A server
 * without a path is told by its host alone.
 */
export function consumerAnywhere(base: string): IsConsumer {
  const own = placeOf(base)?.path ?? '';
  return own === '' ? consumerAt(base) : root => placeOf(root)?.path.endsWith(own) ?? false;
}

interface Place {
  readonly host: string;
  readonly path: string;
}

/** Scheme, user, default port, case and doubled slashes make no other server; undefined for what is no URL. */
function placeOf(url: string): Place | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, pathname } = new URL(url);
  const isDefault = port === '' || port === '443' || port === '80';
  const host = `${hostname.replace(/\.$/, '')}${isDefault ? '' : `:${port}`}`;
  const path = decoded(pathname).toLowerCase().split('/').filter(Boolean).join('/');
  return { host, path: path === '' ? '' : `/${path}` };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
