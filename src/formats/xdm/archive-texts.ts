import { toAscii } from '../mail/ascii.ts';
import { escapeXml } from '../xml/escape-xml.ts';

/** Who makes an archive, and with what: for the people who open it. */
export interface ArchiveSource {
  /** `structureId` is the Struct_IdNat, `1120456789`. */
  readonly establishment: {
    readonly name: string;
    readonly structureId: string;
    readonly address: string | undefined;
    readonly phone: string | undefined;
  };
  readonly product: { readonly name: string; readonly version: string; readonly vendor: string | undefined };
}

/**
 * INDEX.HTM (IHE ITI-32: XHTML Basic; ANS: name and Struct_IdNat of the sender, a link to README.TXT). ASCII:
 * every other character is a reference, so that no browser needs to guess.
 */
export function indexHtm({ establishment }: ArchiveSource): string {
  const sender = html(`${establishment.name} (${establishment.structureId})`);
  return lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr">',
    `<head><title>${html('Documents de santé')}</title></head>`,
    '<body>',
    `<p>${html('Émetteur :')} ${sender}</p>`,
    '<p>Voir le fichier <a href="README.TXT">README.TXT</a></p>',
    `<p>${html('Ces documents sont des données de santé à caractère personnel : seules les personnes habilitées peuvent les consulter.')}</p>`,
    '</body>',
    '</html>',
  );
}

/**
 * README.TXT (IHE ITI-32, ANS): contact, application, what to do, files. ASCII of 7 bits and CRLF, as ANS asks.
 *
 * @param files names of the files beside METADATA.XML.
 */
export function readmeTxt({ establishment, product }: ArchiveSource, files: readonly string[]): string {
  return lines(
    'Emetteur :',
    '==========',
    ...fact('Organisme', `${establishment.name} (${establishment.structureId})`),
    ...fact('Adresse', establishment.address),
    ...fact('Telephone', establishment.phone),
    '',
    "Application de l'emetteur :",
    '===========================',
    ...fact('Nom', product.name),
    ...fact('Version', product.version),
    ...fact('Editeur', product.vendor),
    '',
    'Instructions :',
    '==============',
    '    Consultez ces documents dans votre logiciel de professionnel de sante.',
    '',
    'Arborescence :',
    '==============',
    '    INDEX.HTM',
    '    README.TXT',
    '    IHE_XDM',
    '        SUBSET01',
    ...['METADATA.XML', ...files].map(file => `            ${file}`),
  );
}

function fact(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`    . ${name} : ${toAscii(value.replaceAll(/\s+/g, ' ')).trim()}`];
}

function html(text: string): string {
  return escapeXml(text).replaceAll(/[^\0-\x7F]/gu, found => `&#${found.codePointAt(0)};`);
}

function lines(...all: readonly string[]): string {
  return all.map(line => `${line}\r\n`).join('');
}
