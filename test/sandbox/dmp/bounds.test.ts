import { describe, expect, it } from 'vitest';
import { boundsFault } from '../../../src/sandbox/dmp/bounds.ts';
import { isUnreadable, valueOf, withXml } from '../../../src/sandbox/dmp/xml.ts';

const DTD = 'a DTD, or no XML';
const PLAIN = '<?xml version="1.0"?>\r\n<!-- <!DOCTYPE a> --><?x <!DOCTYPE a> ?>\n<a xmlns:b="urn:b">é</a>';
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('a document', () => {
  it.each([
    ['in UTF-8', Buffer.from(PLAIN)],
    ['with a byte order mark', Buffer.from(`\uFEFF${PLAIN}`)],
    ['in Latin-1', Buffer.from(PLAIN.replace('"1.0"', '"1.0" encoding="ISO-8859-1"'), 'latin1')],
    ['in UTF-16LE', utf16(PLAIN)],
    ['in UTF-16BE', utf16(PLAIN).swap16()],
  ])('%s is read', (_, xml) => {
    expect(withXml(xml, ({ root }) => valueOf(root, '/a'))).toBe('é');
  });

  it.each([
    ['with a DTD', Buffer.from('<?xml version="1.0"?><!DOCTYPE a><a/>'), DTD],
    ['with a DTD in UTF-16LE', utf16('<!DOCTYPE a><a/>'), DTD],
    ['with a DTD in UTF-16BE', utf16('<!DOCTYPE a><a/>').swap16(), DTD],
    ['with a DTD behind a mark', Buffer.from('\uFEFF <!DOCTYPE a><a/>'), DTD],
    ['in UTF-16 without a mark', utf16('<a/>').subarray(2), DTD],
    ['whose prologue does not end', Buffer.from(`<!--${'-'.repeat(70_000)}><a/>`), DTD],
    ['that is empty', Buffer.alloc(0), DTD],
    [
      'of many prefixes',
      Buffer.from(Array.from({ length: 201 }, (_, at) => `<a xmlns:b${at}="urn:b">`).join('')),
      'over 200 namespace prefixes',
    ],
  ])('%s is not', (_, xml, fault) => {
    expect(boundsFault(xml)).toBe(fault);
    expect(() => withXml(xml, () => undefined)).toThrow(fault);
  });

  it('may declare one prefix often', () => {
    const rows = '<b xmlns:c="urn:c"/>'.repeat(1000);
    expect(withXml(Buffer.from(`<a>${rows}</a>`), ({ root }) => valueOf(root, 'count(/a/b)'))).toBe('1000');
  });
});

it('what cannot be read is told from a fault of ours', () => {
  const thrown = (use: () => unknown): unknown => {
    try {
      return use();
    } catch (error) {
      return error;
    }
  };
  expect(isUnreadable(thrown(() => withXml(Buffer.from('<a>'), () => 0)))).toBe(true);
  expect(isUnreadable(thrown(() => withXml(Buffer.from('<a/>'), ({ root }) => valueOf(root, '['))))).toBe(
    false,
  );
});
