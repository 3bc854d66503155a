import { attribute, childrenOf, textOf, type XmlElement } from '../xml/element.ts';
import type { NamePart } from './types.ts';

/**
 * The parts of one kind (`family`, `given`) of a person's `name` elements, in order; blank ones are left out.
 *
 * A part with several qualifiers (`BR CL`) is given once for each that tells whose name it is. Of several
 * `name` elements, the first to have parts of a kind and qualifier gives them all: a second name (a
 * pseudonym, a former one) is never joined to the first.
 */
export function readNames(names: readonly XmlElement[], kind: 'family' | 'given'): NamePart[] {
  const given = new Set<string | undefined>();
  return names.flatMap(name => {
    const parts = childrenOf(name, kind)
      .flatMap(readPart)
      .filter(part => !given.has(part.qualifier));
    for (const { qualifier } of parts) given.add(qualifier);
    return parts;
  });
}

function readPart(element: XmlElement): NamePart[] {
  const value = textOf(element);
  if (value === undefined) return [];
  const written = attribute(element, 'qualifier')?.toUpperCase().split(/\s+/) ?? [];
  const telling = ['BR', 'CL', 'SP'].filter(qualifier => written.includes(qualifier));
  return (telling.length > 0 ? telling : [written[0]]).map(qualifier => ({ value, qualifier }));
}
