import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, type CdaSample } from '../../samples/kit/cda.ts';
import type { RequestSample } from '../../samples/kit/request.ts';
import { createAuthority } from '../../src/sandbox/certificates.ts';
import { flipped, has, lintDigest, oracleFiles, xmlsec } from '../formats/xmldsig/oracles.ts';
import { DMP_ALONE, newDmpDocument, nextVersion, STRUCTURE } from '../kit/dmp.ts';
import {
  ACTIONS,
  assertionIn,
  bodyIn,
  bodyWithDocuments,
  entriesIn,
  type Kind,
  KINDS,
  type SentMessage,
  sentMessage,
  signatureIn,
} from '../kit/dmp-sent.ts';
import { type DmpWire, startDmpWire } from '../kit/dmp-wire.ts';
import { type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { hasShared } from '../kit/shared.ts';
import { textsIn } from '../kit/xpath.ts';
import { xsdFaults } from '../kit/xsd-faults.ts';

/** What the gateway really sends to the DMP, from request to socket, by the word of programs that are not ours. */

const canCheck = ['xmlsec1', 'xmllint', 'openssl', 'python3'].every(has);

const REPLACEMENT = 'its replacement, in ISO 8859-1 with comments around it';

const BY_SHA256 = 'a CDA of a device, where SHA-256 is configured';

/** Requests that deposit, how many documents each has, and by what the lot is signed. */
const DEPOSITS = [
  ['a level 1 CDA', 1, 'sha1'],
  ['a level 3 CDA', 1, 'sha1'],
  [REPLACEMENT, 1, 'sha1'],
  ['a self-presenting CDA', 1, 'sha1'],
  ['two documents', 2, 'sha1'],
  ['two replacements', 2, 'sha1'],
  [BY_SHA256, 1, 'sha256'],
] as const;
type Name = (typeof DEPOSITS)[number][0];

/** As the reference on the DMP verifies them, and by the authority that signed the certificate. */
const VIHF_ID = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'];
const XADES_IDS = [
  '--ignore-manifests',
  '--id-attr:Id',
  'http://www.w3.org/2000/09/xmldsig#:Manifest',
  '--id-attr:Id',
  'http://uri.etsi.org/01903/v1.1.1#:SignedProperties',
];
const DEVICE = { device: 'SGL-1', organization: { name: 'Laboratoire des Embruns', id: STRUCTURE } };
const REFERENCES = '/ds:Signature/ds:Object/ds:Manifest/ds:Reference';
/** Of the set, of each document, of the signature. */
const UNIQUE_IDS =
  '//rim:ExternalIdentifier[contains(rim:Name/rim:LocalizedString/@value, ".uniqueId")]/@value';

describe.skipIf(!canCheck)('what the gateway has sent to the DMP', () => {
  const sent: SentMessage[] = [];
  /** Deposits, and the documents of their requests as they were given. */
  const deposits = new Map<Name, { readonly message: SentMessage; readonly given: readonly Uint8Array[] }>();
  let files: ReturnType<typeof oracleFiles>;
  let wire: DmpWire;
  let laboratory: Laboratory;

  beforeAll(async () => {
    files = oracleFiles();
    wire = await startDmpWire();
    laboratory = await startLaboratory({ settings: { dmp: wire.settings } });
    const [one, three, shown] = [newDmpDocument({ level: 1 }), newDmpDocument(), newDmpDocument()];
    const second = surrounded(nextVersion(three, { encoding: 'iso-8859-1' }));
    const pair = [newDmpDocument({ level: 1 }), newDmpDocument()];
    const nextPair = pair.map(document => nextVersion(document));
    await deposit('a level 1 CDA', { documents: [one] });
    await deposit('a level 3 CDA', { documents: [three] });
    await deposit(REPLACEMENT, { documents: [second], action: 'replace' });
    await deposit('a self-presenting CDA', { documents: [{ ...shown, selfPresenting: true }] });
    await deposit('two documents', { documents: pair });
    await deposit('two replacements', { documents: nextPair, action: 'replace' });
    await ask({ documents: [one], action: 'delete' });
    await ask({ documents: nextPair, action: 'delete' });
    await laboratory.stopGateway();
    await laboratory.startGateway({ settings: { dmp: { ...wire.settings, xades: { digest: 'sha256' } } } });
    await deposit(BY_SHA256, { documents: [newDmpDocument()], sender: DEVICE });
  });
  afterAll(async () => {
    await laboratory.stop();
    await wire.stop();
    files.remove();
  });

  /** What the gateway sends because of a request; the DMP takes all of it. */
  async function ask(overrides: Partial<RequestSample>): Promise<readonly SentMessage[]> {
    const { message, controlId } = newRequest({ ...DMP_ALONE, ...overrides });
    expect(await laboratory.ask(message)).toBe('AA');
    const came = await laboratory.cameOf(controlId);
    expect(wire.dmp.faults()).toEqual([]);
    expect(came).toEqual({ told: ['Z01 Y'], worklist: [], state: 'ended' });
    const messages = wire.sent().slice(sent.length).map(sentMessage);
    sent.push(...messages);
    return messages;
  }

  async function deposit(name: Name, overrides: Partial<RequestSample>): Promise<void> {
    const [message, ...others] = (await ask(overrides)).filter(({ kind }) => kind === 'deposit');
    if (message === undefined || others.length > 0) throw new Error(`${name}: not one lot`);
    const { documents = [] } = overrides;
    const given = documents.map(each => (each instanceof Uint8Array ? each : cdaDocument(each)));
    deposits.set(name, { message, given });
  }

  function deposited(name: Name): SentMessage {
    const found = deposits.get(name);
    if (found === undefined) throw new Error(name);
    return found.message;
  }

  function one(kind: Kind): SentMessage {
    const message = sent.find(each => each.kind === kind);
    if (message === undefined) throw new Error(kind);
    return message;
  }

  const all = (kind: Kind): SentMessage[] => sent.filter(each => each.kind === kind);

  /** Whether xmlsec1 accepts it, and how many of its references it has found right. */
  function verdict(ids: readonly string[], xml: Uint8Array, authority = wire.authority): [boolean, string] {
    const trust = ['--trusted-pem', files.write('authority.pem', authority)];
    const { accepted, said } = xmlsec([...ids, ...trust], files.write('signed.xml', xml));
    return [accepted, /SignedInfo References \(ok\/all\): (\d+\/\d+)/.exec(said)?.[1] ?? said];
  }

  it('is of each kind', () => {
    // Each document that is replaced or deleted is looked up right before.
    expect(KINDS.map(kind => all(kind).length)).toEqual([7, 3 + 3, 3]);
  });

  describe('VIHF', () => {
    it.each(KINDS)('of each %s: xmlsec1 accepts it alone and inside the envelope', kind => {
      for (const message of all(kind)) {
        expect(assertionIn(message).toString()).toMatch(/^<saml2:Assertion .*<\/saml2:Assertion>$/s);
        for (const xml of [assertionIn(message), message.envelope]) {
          expect(verdict(VIHF_ID, xml)).toEqual([true, '1/1']);
        }
      }
    });

    it('is not believed where another authority is trusted', () => {
      const stranger = createAuthority('Autre IGC', undefined, 'rsa').certificate;
      expect(verdict(VIHF_ID, assertionIn(one('find')), stranger)[0]).toBe(false);
    });

    it.each([
      ['Issuer', 'nameid-format:X509SubjectName">'],
      ['NameID', '<saml2:NameID>'],
      ['Identifiant_Structure', 'Name="Identifiant_Structure"><saml2:AttributeValue>'],
      ['the INS', 'resource:resource-id"><saml2:AttributeValue>'],
      ['a role', '<Role xmlns="urn:hl7-org:v3" code="'],
      ['its own time', 'IssueInstant="'],
    ])('a bit turned in %s is found, alone and inside the envelope', (_, before) => {
      const message = deposited('a level 1 CDA');
      for (const xml of [assertionIn(message), message.envelope]) {
        expect(verdict(VIHF_ID, flipped(xml, endOf(xml, before)))).toEqual([false, '0/1']);
      }
    });

    it('and MessageID are new in each message', () => {
      for (const path of ['//saml:Assertion/@ID', '//wsa:MessageID']) {
        const ids = sent.flatMap(({ envelope }) => textsIn(envelope, path));
        expect(ids).toHaveLength(sent.length);
        expect(new Set(ids).size).toBe(sent.length);
      }
    });
  });

  describe('signature of the lot', () => {
    const digestsIn = (message: SentMessage) => textsIn(signatureIn(message), `${REFERENCES}/ds:DigestValue`);
    const digestOf = (part: Uint8Array, algorithm = 'sha1'): string =>
      lintDigest(algorithm, files.write('part.xml', part));

    it.each(DEPOSITS)('with %s: xmlsec1 accepts it', name => {
      expect(verdict(XADES_IDS, signatureIn(deposited(name)))).toEqual([true, '2/2']);
    });

    it.each(DEPOSITS)(
      'with %s: its manifest has the digests that xmllint and openssl find',
      (name, count, by) => {
        const message = deposited(name);
        const documents = message.parts.slice(0, count);
        expect(digestsIn(message)).toEqual(['AA==', ...documents.map(({ bytes }) => digestOf(bytes, by))]);
      },
    );

    it.each(DEPOSITS)('with %s: its manifest names the set and the documents', (name, count) => {
      const message = deposited(name);
      const ids = textsIn(message.envelope, UNIQUE_IDS).map(id => `urn:oid:${id}`);
      expect(ids).toHaveLength(count + 2);
      expect(textsIn(signatureIn(message), `${REFERENCES}/@URI`)).toEqual(ids.slice(0, -1));
    });

    // xmlsec1 stops at the first of the two references that is wrong.
    it.each([
      ['the id of the set, in the manifest', '<Manifest Id="IHEManifest"><Reference URI="urn:oid:', '0/1'],
      ['how a document is digested', '#WithComments"/></Transforms><DigestMethod Algorithm="', '0/1'],
      ['the time of signing', '<SigningTime>', '1/2'],
    ])('a bit turned in %s is found', (_, before, right) => {
      const xades = signatureIn(deposited('a level 3 CDA'));
      expect(verdict(XADES_IDS, flipped(xades, endOf(xades, before)))).toEqual([false, right]);
    });

    it('a bit turned in the digest of a document is found', () => {
      const message = deposited('a level 3 CDA');
      const xades = signatureIn(message);
      const at = endOf(xades, digestsIn(message)[1] ?? '') - 3;
      expect(verdict(XADES_IDS, flipped(xades, at))).toEqual([false, '0/1']);
    });

    it.each(DEPOSITS)('with %s: a bit turned in a document is found', (name, count, by) => {
      const message = deposited(name);
      const [, ...digests] = digestsIn(message);
      for (const [place, { bytes }] of message.parts.slice(0, count).entries()) {
        const turned = flipped(bytes, endOf(bytes, 'MORVAN') - 1);
        expect(digestOf(turned, by)).not.toBe(digests[place]);
      }
    });

    it('a bit turned in a comment before the document is found', () => {
      const message = deposited(REPLACEMENT);
      const bytes = message.parts[0]?.bytes ?? Buffer.alloc(0);
      expect(digestOf(bytes)).toBe(digestsIn(message)[1]);
      expect(digestOf(flipped(bytes, endOf(bytes, '<!-- ')))).not.toBe(digestsIn(message)[1]);
    });
  });

  describe.skipIf(!hasShared('xsd/ebrim'))('to the published schemas', () => {
    it('TD2.1 is valid, its documents in it', () => {
      expect(xsdFaults('ebrim/IHE/IHEXDSB.xsd', all('deposit').map(bodyWithDocuments))).toBe('');
    });

    it('TD3.3c is valid, and so is TD3.1b', () => {
      expect(xsdFaults('ebrim/ebRS30/lcm.xsd', all('delete').map(bodyIn))).toBe('');
      expect(xsdFaults('ebrim/ebRS30/query.xsd', all('find').map(bodyIn))).toBe('');
    });

    it('a fault is seen', () => {
      const wrong = (text: string): string => text.replace(/ classifiedObject="[^"]*"/, '');
      const deposit = bodyWithDocuments(one('deposit'));
      expect(xsdFaults('ebrim/IHE/IHEXDSB.xsd', [wrong(deposit)])).toContain('classifiedObject');
      expect(xsdFaults('ebrim/ebRS30/lcm.xsd', [wrong(bodyIn(one('delete')))])).toContain('classifiedObject');
      expect(xsdFaults('ebrim/ebRS30/lcm.xsd', [bodyIn(one('find'))])).toContain('AdhocQueryRequest');
    });
  });

  describe('MTOM', () => {
    it.each(DEPOSITS)('Python’s email takes it apart without a fault: %s', (name, count) => {
      const { multipart, parts } = deposited(name);
      const root = multipart?.parts[0];
      expect(multipart).toMatchObject({ type: 'multipart/related', defects: [] });
      expect(multipart?.params).toEqual({
        boundary: expect.stringMatching(/^[\w.-]{1,70}$/),
        type: 'application/xop+xml',
        start: root?.id,
        'start-info': 'application/soap+xml',
        action: ACTIONS.deposit,
      });
      expect(root).toMatchObject({
        type: 'application/xop+xml',
        params: { charset: 'UTF-8', type: 'application/soap+xml', action: ACTIONS.deposit },
        encoding: '8bit',
      });
      expect(parts).toHaveLength(count + 1);
      for (const { type, encoding, disposition, fileName, params } of parts) {
        expect([type, encoding, disposition]).toEqual(['text/xml', 'binary', 'attachment']);
        // No charset: a document says itself how it is encoded.
        expect(params).toEqual({ name: fileName });
      }
    });

    it.each(DEPOSITS)('each CDA is there byte for byte, in its order: %s', (name, count) => {
      const parts = deposited(name).parts.slice(0, count);
      expect(parts.map(({ bytes }) => bytes)).toEqual(deposits.get(name)?.given);
    });

    it.each(DEPOSITS)('the envelope includes each part once, by its Content-ID: %s', name => {
      const { multipart, parts, envelope } = deposited(name);
      const hrefs = textsIn(envelope, '//xdsb:Document/xop:Include/@href');
      expect(hrefs.map(href => `<${href.replace(/^cid:/, '')}>`)).toEqual(parts.map(({ id }) => id));
      expect(new Set(multipart?.parts.map(({ id }) => id)).size).toBe(parts.length + 1);
    });

    it.each(DEPOSITS)('lines end with CRLF, and nothing is beside the parts: %s', (name, count) => {
      const { multipart, body } = deposited(name);
      const [before, ...sections] = body.toString('latin1').split(`--${multipart?.params['boundary']}`);
      expect([before, sections.pop()]).toEqual(['', '--\r\n']);
      expect(sections).toHaveLength(count + 2);
      for (const section of sections) {
        expect(section).toMatch(/^\r\n(?:[\w-]+: [^\r\n]+\r\n)+\r\n[^]*\r\n$/);
      }
    });

    it.each(DEPOSITS)('hash and size of each entry are those of its part: %s', (name, count) => {
      const message = deposited(name);
      expect(entriesIn(message)).toHaveLength(count + 1);
      expect(entriesIn(message)).toEqual(
        message.parts.map(({ id, bytes }) => ({
          href: `cid:${id.slice(1, -1)}`,
          hash: createHash('sha1').update(bytes).digest('hex'),
          size: String(bytes.length),
        })),
      );
    });
  });

  it.each(['find', 'delete'] as const)('a %s is a bare envelope, its action in its Content-Type', kind => {
    for (const { contentType, body } of all(kind)) {
      expect(contentType).toBe(`application/soap+xml; charset=utf-8; action="${ACTIONS[kind]}"`);
      expect(textsIn(body, '/soap:Envelope/soap:Header/wsa:Action')).toEqual([ACTIONS[kind]]);
    }
  });

  it('has the Content-Length of its bytes: one request begins where another ends', () => {
    expect(wire.sent()).toHaveLength(sent.length);
    for (const { headers, body } of wire.sent()) {
      expect(headers.get('content-length')).toBe(String(body.length));
      expect(body.toString('latin1')).toMatch(/(?:<\/soap:Envelope>|--\r\n)$/);
    }
  });
});

/** Where a text that is there once has ended. */
function endOf(bytes: Buffer, text: string): number {
  const at = bytes.indexOf(text);
  if (at < 0) throw new Error(`no ${text}`);
  return at + text.length;
}

/** A document in an encoding of one byte a character, its lines ended by CRLF, with what may stand around its root. */
function surrounded(sample: CdaSample): Buffer {
  const [declaration, ...lines] = cdaDocument(sample).toString('latin1').trimEnd().split('\n');
  const before = ['<?xml-stylesheet type="text/xsl" href="cda.xsl"?>', '<!-- créé pour être lu -->'];
  return Buffer.from([declaration, ...before, ...lines, '<!-- fin -->'].join('\r\n'), 'latin1');
}
