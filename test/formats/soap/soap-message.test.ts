import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { plainMessage, soapMessage } from '../../../src/formats/soap/soap-message.ts';
import { parseXml } from '../../../src/formats/xml/element.ts';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const ASSERTION = [
  `<saml2:Assertion xmlns:saml2="${SAML}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_1" Version="2.0">`,
  '<saml2:Issuer>CN=exemple,C=FR</saml2:Issuer>\n  <saml2:AttributeStatement><saml2:Attribute Name="a">',
  '<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string">L’été &amp; œuvre</saml2:AttributeValue>',
  '<saml2:AttributeValue><Role xmlns="urn:hl7-org:v3" code="10" xsi:type="CE"/></saml2:AttributeValue>',
  '</saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>',
].join('');

const input = {
  action: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
  messageId: 'urn:uuid:b3745a7c-4d1a-4cfd-a752-536197e4ac7a',
  assertion: ASSERTION,
  body: '<b:Essai xmlns:b="urn:b">œ</b:Essai>',
};

describe('soapMessage', () => {
  const envelope = parseXml(soapMessage(input));
  const [header, body] = envelope.children;

  it('is a SOAP 1.2 envelope: header, then body', () => {
    expect(envelope).toMatchObject({ namespace: SOAP, name: 'Envelope' });
    expect(envelope.children.map(child => [child.namespace, child.name])).toEqual([
      [SOAP, 'Header'],
      [SOAP, 'Body'],
    ]);
    expect(body?.children).toMatchObject([{ namespace: 'urn:b', name: 'Essai', text: 'œ' }]);
  });

  it('has the header of every service of the DMP, in its order', () => {
    expect(header?.children.map(child => [child.namespace, child.name, child.text])).toEqual([
      [ADDRESSING, 'MessageID', input.messageId],
      [ADDRESSING, 'To', ''],
      [ADDRESSING, 'ReplyTo', ''],
      [ADDRESSING, 'Action', input.action],
      ['http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd', 'Security', ''],
    ]);
    const [, , replyTo, , security] = header?.children ?? [];
    expect(replyTo?.children).toMatchObject([
      { namespace: ADDRESSING, name: 'Address', text: 'http://www.w3.org/2005/08/addressing/anonymous' },
    ]);
    expect(security?.children).toMatchObject([{ namespace: SAML, name: 'Assertion' }]);
  });

  it('marks ReplyTo and Action, and nothing else, as soap:mustUnderstand', () => {
    const marked = [...soapMessage(input).matchAll(/<([\w:]+)[^<>]* soap:mustUnderstand="true"/g)];
    expect(marked.map(([, name]) => name)).toEqual(['ReplyTo', 'Action']);
  });

  it('keeps the assertion to the last character, once', () => {
    expect(soapMessage(input).split(ASSERTION)).toHaveLength(2);
  });

  it('escapes what it is given as text', () => {
    const [read] = parseXml(soapMessage({ ...input, action: 'a<b&"', messageId: '</x>' })).children;
    expect(read?.children.map(child => child.text)).toEqual(['</x>', '', '', 'a<b&"', '']);
  });
});

const xmlsec = spawnSync('xmlsec1', ['--version']).status === 0;

describe.skipIf(!xmlsec)('the signature of the assertion, for xmlsec1', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signer = new SignedXml({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    canonicalizationAlgorithm: EXCLUSIVE,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    idAttribute: 'ID',
  });
  signer.addReference({
    xpath: "//*[local-name(.)='Assertion']",
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signer.computeSignature(ASSERTION, {
    location: { reference: "//*[local-name(.)='Issuer']", action: 'after' },
  });
  const signed = signer.getSignedXml();
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pfi-soap-'));
    writeFileSync(join(folder, 'key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function verify(xml: string): boolean {
    const file = join(folder, 'message.xml');
    writeFileSync(file, xml);
    const id = ['--id-attr:ID', `${SAML}:Assertion`];
    return (
      spawnSync('xmlsec1', ['--verify', ...id, '--pubkey-pem', join(folder, 'key.pem'), file]).status === 0
    );
  }

  it('holds inside the envelope as it does alone', () => {
    expect(verify(signed)).toBe(true);
    expect(verify(soapMessage({ ...input, assertion: signed }))).toBe(true);
  });

  it('is broken by one letter', () => {
    const envelope = soapMessage({ ...input, assertion: signed });
    expect(verify(envelope.replace('CN=exemple', 'CN=exempla'))).toBe(false);
  });
});

describe('plainMessage', () => {
  it('is the envelope in UTF-8, its action in the Content-Type', () => {
    const envelope = soapMessage(input);
    const { contentType, chunks } = plainMessage({ action: 'urn:x', envelope });
    expect(contentType).toBe('application/soap+xml; charset=utf-8; action="urn:x"');
    expect(Buffer.concat(chunks).toString()).toBe(envelope);
  });
});
