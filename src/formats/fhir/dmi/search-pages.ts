import { type FhirResource, isObject } from '../resource.ts';

/** Where the platform and the façade are, without a slash at the end. */
export interface Bases {
  /** `https://tracabilite.chu-x.fr/fhir` */
  readonly platform: string;
  /** `https://pfi.chu-x.fr:8443/fhir/dmi` */
  readonly facade: string;
}

/**
 * A searchset (flux 24) whose links and fullUrls are rewritten by `toFacade`; everything else as it is. Links without an
 * address are left.
 */
export function rewriteLinks(searchset: FhirResource, toFacade: (url: string) => string): FhirResource {
  return {
    ...searchset,
    ...(Array.isArray(searchset['link']) && {
      link: searchset['link'].map(each => rewritten(each, 'url', toFacade)),
    }),
    ...(Array.isArray(searchset['entry']) && {
      entry: searchset['entry'].map(each => rewritten(each, 'fullUrl', toFacade)),
    }),
  };
}

function rewritten(element: unknown, member: string, toFacade: (url: string) => string): unknown {
  if (!isObject(element)) return element;
  const url = element[member];
  return typeof url === 'string' ? { ...element, [member]: toFacade(url) } : element;
}

/**
 * Rewrites addresses of the platform to the façade's, for {@link rewriteLinks}. A resource's keeps its path. A page's
 * becomes `AuditEvent?_page=…`, from which {@link pageOf} gives it back: platforms have pages of every shape, and their
 * addresses may hold an INS. The platform's host is not looked at: behind a proxy it calls itself otherwise. What lies
 * outside its path stays as it is.
 */
export function facadeAddresses({ platform, facade }: Bases): (url: string) => string {
  const base = new URL(platform);
  const root = base.pathname.replace(/\/$/, '');
  return url => {
    if (!URL.canParse(url, `${platform}/`)) return url;
    const { protocol, pathname, search } = new URL(url, `${platform}/`);
    const isOurs = pathname === root || pathname.startsWith(`${root}/`);
    if (!/^https?:$/.test(protocol) || !isOurs) return url;
    const path = pathname.slice(root.length + 1);
    return search === '' ? `${facade}/${path}` : `${facade}/AuditEvent?_page=${tokenOf(path + search)}`;
  };
}

function tokenOf(page: string): string {
  return Buffer.from(page, 'utf8').toString('base64url');
}

/** Longer than any link that was given. */
const MAX_TOKEN = 8000;

/**
 * The page of a `_page` that {@link facadeAddresses} gave, relative to the platform's base; undefined for what cannot be
 * one. Somebody else may have made it up: it never leads out of the platform's base.
 */
export function pageOf(token: string): string | undefined {
  if (token.length > MAX_TOKEN || !/^[\w-]+$/.test(token)) return undefined;
  const page = Buffer.from(token, 'base64url').toString('utf8');
  const [, path] = /^([^?#]*)\?[\x21\x22\x24-\x7E]+$/.exec(page) ?? [];
  const isPath = path !== undefined && /^(?:[\w.~$-]+(?:\/[\w.~$-]+)*)?$/.test(path);
  return isPath && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path) ? page : undefined;
}
