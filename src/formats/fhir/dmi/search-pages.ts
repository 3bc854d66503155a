import { type FhirResource, isObject } from '../resource.ts';
import { listOf, textOf } from '../transaction-entries.ts';

/** Where the platform and the façade are, without a slash at the end. */
export interface Bases {
  /** `https://tracabilite.chu-x.fr/fhir` */
  readonly platform: string;
  /** `https://pfi.chu-x.fr:8443/fhir/dmi` */
  readonly facade: string;
  readonly seal: PageSeal['seal'];
}

/** Makes pages tokens that only we can read, base64url. */
export interface PageSeal {
  readonly seal: (page: string) => string;
  /** Undefined for what is no token of ours. */
  readonly open: (token: string) => string | undefined;
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
 * becomes `AuditEvent?_page=…`, from which {@link pageOf} gives it back, sealed: platforms have pages of every shape, and
 * their addresses may hold an INS. The platform's host is not looked at: behind a proxy it calls itself otherwise. What lies
 * outside its path stays as it is.
 */
export function facadeAddresses({ platform, facade, seal }: Bases): (url: string) => string {
  return url => {
    const below = belowPlatform(url, platform);
    if (below === undefined) return url;
    const { path, search } = below;
    return search === '' ? `${facade}/${path}` : `${facade}/AuditEvent?_page=${seal(path + search)}`;
  };
}

/** Where the next page of a search is, below the platform's address; undefined for the last one, and where it lies elsewhere. */
export function nextPage(searchset: FhirResource, platform: string): string | undefined {
  const link = linkToNext(searchset);
  const below = link && belowPlatform(textOf(link['url']) ?? '', platform);
  if (below === undefined) return undefined;
  return below.path === '' ? below.search : `/${below.path}${below.search}`;
}

/** Whether there is a further page, wherever it is. */
export function hasNextPage(searchset: FhirResource): boolean {
  return linkToNext(searchset) !== undefined;
}

function linkToNext({ link }: FhirResource): Readonly<Record<string, unknown>> | undefined {
  return listOf(link)
    .filter(isObject)
    .find(({ relation }) => relation === 'next');
}

/** What of an address lies below the platform's, whatever host it names; undefined for what lies elsewhere. */
function belowPlatform(
  url: string,
  platform: string,
): { readonly path: string; readonly search: string } | undefined {
  const root = new URL(platform).pathname.replace(/\/$/, '');
  if (!URL.canParse(url, `${platform}/`)) return undefined;
  const { protocol, pathname, search } = new URL(url, `${platform}/`);
  const isOurs = pathname === root || pathname.startsWith(`${root}/`);
  return /^https?:$/.test(protocol) && isOurs ? { path: pathname.slice(root.length + 1), search } : undefined;
}

/** Longer than any link that was given. */
const MAX_TOKEN = 8000;

/**
 * The page of a `_page` that {@link facadeAddresses} gave, relative to the platform's base; undefined for what somebody else
 * has made up. A page of a search of traces, whatever the platform calls it: nothing else is read by it.
 */
export function pageOf(token: string, open: PageSeal['open']): string | undefined {
  if (token.length > MAX_TOKEN || !/^[\w-]+$/.test(token)) return undefined;
  const page = open(token);
  return page !== undefined && /^(?:AuditEvent)?\?[\x21\x22\x24-\x7E]+$/.test(page) ? page : undefined;
}
