import { describe, expect, it } from 'vitest';
import { consumerAnywhere, consumerAt } from '../../../../src/formats/fhir/dui/own-server.ts';

describe('consumerAt', () => {
  const isPlatform = consumerAt('https://plateforme.exemple.fr/fhir');

  it.each([
    'https://plateforme.exemple.fr/fhir/',
    'https://PLATEFORME.exemple.fr/fhir/',
    'https://plateforme.exemple.fr.:443/fhir/',
    'http://x@plateforme.exemple.fr/fhir/',
    'https://plateforme.exemple.fr//a/../%66hir//',
  ])('knows %s', root => {
    expect(isPlatform(root)).toBe(true);
  });

  it.each([
    '',
    'https://plateforme.exemple.fr/',
    'https://plateforme.exemple.fr/fhir/other/',
    'https://plateforme.exemple.fr:8443/fhir/',
    'https://autre.exemple.fr/fhir/',
  ])('leaves %j to another', root => {
    expect(isPlatform(root)).toBe(false);
  });
});

describe('consumerAnywhere', () => {
  const isFacade = consumerAnywhere('https://pfi.exemple.fr/fhir/dui-consommateur');

  it.each([
    ['https://10.0.0.1:8443/fhir/dui-consommateur/', true],
    ['https://mandataire.fr/pfi/fhir/dui-consommateur/', true],
    ['https://pfi.exemple.fr/fhir/', false],
    ['https://pfi.exemple.fr/xfhir/dui-consommateur/', false],
  ])('%s: %j', (root, expected) => {
    expect(isFacade(root)).toBe(expected);
  });

  it('tells a server without a path by its host', () => {
    expect(consumerAnywhere('https://pfi.exemple.fr')('https://autre.fr/fhir/')).toBe(false);
  });
});
