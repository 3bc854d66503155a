import { describe, expect, it } from 'vitest';
import {
  archivePath,
  isJunk,
  metadataPlace,
  percentDecoded,
  resolveUri,
} from '../../../src/formats/xdm/paths.ts';

describe('paths of an archive', () => {
  it.each([
    ['IHE_XDM/S/DOC.XML', 'IHE_XDM/S/DOC.XML'],
    ['IHE_XDM\\S\\DOC.XML', 'IHE_XDM/S/DOC.XML'],
    ['./IHE_XDM//S/./DOC.XML', 'IHE_XDM/S/DOC.XML'],
    ['a..b/c', 'a..b/c'],
    ['a/..', undefined],
    ['..', undefined],
    ['/a', undefined],
    ['\\a', undefined],
    ['C:\\a', undefined],
    ['a\0', undefined],
  ])('%j is %j', (name, path) => {
    expect(archivePath(name)).toBe(path);
  });

  it.each([
    ['DOC.XML', 'IHE_XDM/S/DOC.XML'],
    ['./DOC.XML', 'IHE_XDM/S/DOC.XML'],
    ['SUB\\DOC.XML', 'IHE_XDM/S/SUB/DOC.XML'],
    ['../T/DOC.XML', 'IHE_XDM/T/DOC.XML'],
    ['../../DOC.XML', 'DOC.XML'],
    ['../../../DOC.XML', undefined],
    ['/IHE_XDM/S/DOC.XML', undefined],
    ['file:DOC.XML', undefined],
    ['https://example.org/DOC.XML', undefined],
    ['C:/DOC.XML', undefined],
  ])('the URI %j is %j', (uri, path) => {
    expect(resolveUri('IHE_XDM/S', uri)).toBe(path);
  });

  it.each([
    ['IHE_XDM/SUBSET01/METADATA.XML', '', 'IHE_XDM/SUBSET01'],
    ['ihe_xdm/lucy_0/METADATA.xml', '', 'ihe_xdm/lucy_0'],
    ['A/B/IHE_XDM/S/METADATA.XML', 'A/B/', 'A/B/IHE_XDM/S'],
  ])('%s is the METADATA of a subset', (path, wrapper, directory) => {
    expect(metadataPlace(path)).toEqual({ wrapper, directory });
  });

  it.each([
    'IHE_XDM/METADATA.XML',
    'IHE_XDM/SUBSET01METADATA.XML',
    'IHE_XDM/S/T/METADATA.XML',
    'NOT_IHE_XDM/S/METADATA.XML',
    'IHE_XDM/S/.METADATA.XML.swp',
    '__MACOSX/IHE_XDM/S/METADATA.XML',
    '.svn/IHE_XDM/S/METADATA.XML',
  ])('%s is not', path => {
    expect(metadataPlace(path)).toBeUndefined();
  });

  it('knows junk', () => {
    expect(['__MACOSX/a', 'a/.DS_Store', '.svn/a', 'a/._b'].map(isJunk)).toEqual([true, true, true, true]);
    expect(['a/b.c', 'README.TXT'].map(isJunk)).toEqual([false, false]);
  });

  it('undoes percent escapes, and leaves wrong ones', () => {
    expect(percentDecoded('DOC%200001.XML')).toBe('DOC 0001.XML');
    expect(percentDecoded('100%.XML')).toBe('100%.XML');
  });
});
