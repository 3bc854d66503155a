import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { type Breaks, lotRequest, swap, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, failure, SUCCESS } from './answered.ts';

const lot = (breaks: Breaks): WireRequest =>
  lotRequest({ documents: ['1.2.250.1.999.1.1.7.1'], setUniqueId: '1.2.250.1.999.1.1.8.1', ...breaks });

let dmp: Dmp;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
afterAll(() => dmp.stop());

describe('the certificate', () => {
  it.each<[string, Breaks, RegExp]>([
    ['an AUTH_CLI one', { lotSigner: ORG.auth }, /Not a valid SIGN/],
    ['without nonRepudiation', { lotSigner: ORG.repudiableSign }, /keyUsage/],
    ['out of date', { lotSigner: ORG.expiredSign }, /expired/],
    ['of another authority', { lotSigner: ORG.strangerSign }, /trusted authority/],
    ['of another structure', { lotSigner: ORG.otherSign }, /structure/],
    ['not there', { signedXades: swap(/<KeyInfo.*<\/KeyInfo>/, '') }, /no certificate/],
  ])('is refused when it is %s', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure('DMPInvalidCertificate', context));
    expect(dmp.documents()).toEqual([]);
  });
});

describe('the signature', () => {
  it.each<[string, Breaks, RegExp]>([
    ['no XML', { signedXades: swap('</Signature>', '') }, /not XML/],
    [
      'another element',
      { signedXades: text => `<x>${text.replace(/<\?.*?\?>/, '')}</x>` },
      /not a ds:Signature/,
    ],
    [
      'a SignatureValue that is not its own',
      { signedXades: swap(/<SignatureValue>.{4}/, '<SignatureValue>AAAA') },
      /SignatureValue/,
    ],
    [
      'a time changed afterwards',
      { signedXades: swap('09:30:00', '09:30:01') },
      /SignedProperties.*DigestValue/,
    ],
    [
      'a manifest changed afterwards',
      { signedXades: swap('<Manifest', '<Manifest x="y"') },
      /Manifest.*DigestValue/,
    ],
    [
      'a comment in its SignedInfo',
      { signedXades: swap('<SignedInfo>', '<SignedInfo><!-- x -->') },
      /SignatureValue/,
    ],
    [
      'another canonical form',
      {
        xades: swap(
          'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"',
          'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
        ),
      },
      /CanonicalizationMethod/,
    ],
    ['another method', { xades: swap('xmldsig#rsa-sha1', 'xmldsig#dsa-sha1') }, /SignatureMethod/],
    ['no Manifest', { xades: swap(/<Object><Manifest.*?<\/Object>/, '') }, /not one Manifest/],
    [
      'no properties',
      { xades: swap(/<Object><QualifyingProperties.*?<\/Object>/, '') },
      /not one SignedProperties/,
    ],
    [
      'one Reference',
      { xades: swap(/<Reference Type="http:\/\/uri.*?<\/Reference>/, '') },
      /not two References/,
    ],
    [
      'a Reference of another type',
      { xades: swap('v1.1.1#SignedProperties" URI', 'v1.3.2#SignedProperties" URI') },
      /no Reference of type/,
    ],
    [
      'a Reference to another element',
      { xades: swap('URI="#IHEManifest"', 'URI="#SIG"') },
      /of another element/,
    ],
    [
      'an Id that two have',
      { xades: swap('<SignatureProperties>', '<SignatureProperties Id="IHEManifest">') },
      /an Id that two/,
    ],
    [
      'another purpose',
      { xades: swap('>1.2.840.10065.1.12.1.14<', '>1.2.840.10065.1.12.1.1<') },
      /purposeOfSignature/,
    ],
    [
      'properties of another',
      { xades: swap('Target="#SIG"><SignedProperties', 'Target="#x"><SignedProperties') },
      /QualifyingProperties: Target/,
    ],
    ['no time', { xades: swap(/<SigningTime>.*<\/SigningTime>/, '') }, /SigningTime/],
    ['no policy', { xades: swap('<SignaturePolicyImplied/>', '') }, /SignaturePolicyImplied/],
    [
      'another certificate',
      {
        xades: swap(
          /<X509SerialNumber ([^>]*)>/,
          '<X509SerialNumber xmlns="http://www.w3.org/2000/09/xmldsig#">1',
        ),
      },
      /SigningCertificate/,
    ],
  ])('is refused with %s', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure('InvalidDocumentContent', context));
    expect(dmp.documents()).toEqual([]);
  });
});

describe('the manifest', () => {
  it.each<[string, Breaks, RegExp]>([
    [
      'of another set',
      { xades: swap('urn:oid:1.2.250.1.999.1.1.8.1"', 'urn:oid:1.2.3"') },
      /uniqueId of the set/,
    ],
    ['with a digest of the set', { xades: swap('>AA==<', '>AAAA<') }, /uniqueId of the set/],
    [
      'of another document',
      { xades: swap('urn:oid:1.2.250.1.999.1.1.7.1"', 'urn:oid:1.2.3"') },
      /Document01: not its uniqueId/,
    ],
    [
      'without comments',
      {
        xades: swap(
          'Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"',
          'Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
        ),
      },
      /not C14N with comments/,
    ],
    [
      'of one document more',
      { xades: swap('</Manifest>', '<Reference URI="urn:oid:1.2"/></Manifest>') },
      /not one Reference a document/,
    ],
  ])('%s is refused', async (_, breaks, context) => {
    expect(await answered(dmp, lot(breaks))).toEqual(failure('InvalidDocumentContent', context));
    expect(dmp.documents()).toEqual([]);
  });

  it('is of the document as it came, comments before the root included', async () => {
    expect(await answered(dmp, lot({ cda: swap('<!-- avant', '<!-- devant') }))).toEqual(
      failure('InvalidDocumentContent', /Document01: DigestValue/),
    );
  });

  it('and all else as it should be, is taken', async () => {
    expect(await answered(dmp, lot({}))).toEqual(SUCCESS);
  });
});
