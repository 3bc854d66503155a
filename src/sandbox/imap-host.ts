import type { AddressInfo } from 'node:net';
import createHoodiecrow, {
  type CommandHandler,
  type FetchHandler,
  type ImapConnection,
  type ImapServer,
} from 'hoodiecrow-imap';
import ownFetchHandlers from 'hoodiecrow-imap/lib/commands/handlers/fetch.js';
import type { Behaviour } from './behaviour.ts';
import type { IssuedCertificate } from './certificates.ts';

/**
 * - `serve`: as a server should
 * - `refuse-login`: NO to every login
 * - `refuse-move`: NO to UID MOVE
 * - `cut-fetch`: the connection ends in the middle of a mail
 * - `silent`: connections stay open and nothing is answered any more, until it serves again
 * - `drop`: every connection, open or new, is closed, until it serves again
 */
export type ImapBehaviour = 'serve' | 'refuse-login' | 'refuse-move' | 'cut-fetch' | 'silent' | 'drop';

export interface StoredMail {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly raw: Buffer;
}

export interface ImapHost {
  readonly port: number;
  /** Puts a mail into an inbox and tells the sessions that idle there. */
  append(address: string, raw: Uint8Array): void;
  /** What lies in a folder, in UID order; empty when there is no such folder. */
  folder(address: string, name: string): StoredMail[];
  /** Gives a folder a new UIDVALIDITY and its mails new UIDs, as after a restored backup; sessions are ended. */
  renumber(address: string, name: string): void;
  /** Makes the open connections follow a behaviour that was just set. */
  apply(): void;
  stop(): Promise<void>;
}

export interface ImapHostOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: IssuedCertificate;
  /** Passwords by address. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly behaviour: Behaviour<ImapBehaviour>;
  /** Called after a mail came, moved or went. */
  readonly changed: () => void;
}

const BEFORE_LOGIN = ['STARTTLS', 'LOGINDISABLED', 'ID'];
const AFTER_LOGIN = ['IDLE', 'UIDPLUS', 'MOVE', 'LITERALPLUS', 'ID', 'UNSELECT'];

/**
 * IMAP with STARTTLS, IDLE, UIDPLUS and MOVE for several accounts. hoodiecrow knows one tree of folders a server,
 * whoever logs in: each account gets a hoodiecrow server of its own that listens nowhere, and the one that listens
 * hands a session over to its account's server once it has logged in.
 */
export async function startImapHost(options: ImapHostOptions): Promise<ImapHost> {
  const { behaviour, certificate } = options;
  const connections = new Set<ImapConnection>();
  const boxes = new Map([...options.accounts.keys()].map(address => [address, createBox()]));
  // hoodiecrow writes into the credentials that it is given, and its own certificate has expired.
  const front = createHoodiecrow({
    credentials: { ...certificate },
    plugins: BEFORE_LOGIN,
    storage: emptyStorage(),
  });
  front.setMaxListeners(0); // one listener a session
  front.setCommandHandler('LOGIN', login);
  front.connectionHandlers.push(connection => {
    // No listener of ours survives STARTTLS: sessions that have ended are forgotten when the next one begins.
    for (const known of connections) if (known.socket === null) connections.delete(known);
    connections.add(connection);
    connection.socket?.setNoDelay(true); // its answers are many small writes
    follow(connection);
  });
  await new Promise<void>((resolve, reject) => {
    front.server.once('error', reject).listen(options.port, options.host, resolve);
  });

  function createBox(): ImapServer {
    const box = createHoodiecrow({
      credentials: { ...certificate },
      plugins: AFTER_LOGIN,
      storage: emptyStorage(),
    });
    box.setMaxListeners(0);
    box.on('notify', options.changed);
    box.fetchHandlers['BODY.PEEK'] = fetchBody;
    box.fetchHandlers.BODY = fetchBody;
    box.outputHandlers.push((_, response) => {
      if (behaviour.is('silent')) response.skipResponse = true;
    });
    const move = box.getCommandHandler('UID MOVE');
    if (move !== false) box.setCommandHandler('UID MOVE', refusable(move));
    return box;
  }

  function login(...[connection, parsed, data, done]: Parameters<CommandHandler>): void {
    const [user, password] = (parsed.attributes ?? []).map(attribute => attribute.value);
    const box = boxes.get(user ?? '');
    if (!connection.secureConnection) {
      answer(connection, parsed, data, 'BAD', 'Run STARTTLS first');
    } else if (
      box === undefined ||
      options.accounts.get(user ?? '') !== password ||
      behaviour.use('refuse-login')
    ) {
      answer(connection, parsed, data, 'NO', '[AUTHENTICATIONFAILED] Login failed');
    } else {
      front.removeListener('notify', connection._notificationCallback);
      connection.server = box;
      box.on('notify', connection._notificationCallback);
      connection.state = 'Authenticated';
      answer(connection, parsed, data, 'OK', 'Logged in');
    }
    done();
  }

  /** A whole mail is given without parsing it: hoodiecrow would keep the parsed form of 25 MB beside the mail. */
  function fetchBody(...[connection, message, item]: Parameters<FetchHandler>): unknown {
    if (behaviour.use('cut-fetch')) {
      const half = message.raw.slice(0, message.raw.length / 2);
      const { socket } = connection;
      const begun = `* 1 FETCH (UID ${message.uid} BODY[] {${message.raw.length}}\r\n${half}`;
      socket?.write(Buffer.from(begun, 'latin1'), () => socket.destroy());
      return { type: 'LITERAL', value: '' };
    }
    if (item.section === undefined || item.section.length > 0) {
      return ownFetchHandlers.BODY?.(connection, message, item);
    }
    const [start = 0, length = message.raw.length] = item.partial ?? [];
    item.partial?.splice(1); // the answer tells where the part starts and nothing more (RFC 3501 §7.4.2)
    return { type: 'LITERAL', value: message.raw.slice(start, start + length) };
  }

  function refusable(handler: CommandHandler): CommandHandler {
    return (connection, parsed, data, done) => {
      if (!behaviour.use('refuse-move')) return handler(connection, parsed, data, done);
      answer(connection, parsed, data, 'NO', '[OVERQUOTA] Move refused');
      done();
    };
  }

  function follow({ socket }: ImapConnection): void {
    if (behaviour.is('drop')) socket?.destroy();
    else if (behaviour.is('silent')) socket?.pause();
    else socket?.resume();
  }

  function find(address: string, name: string) {
    const box = boxes.get(address);
    if (box === undefined) throw new Error(`no mailbox ${address}`);
    return { box, folder: box.getMailbox(name) };
  }

  function endSessions(): void {
    for (const { socket } of connections) socket?.destroy();
  }

  return {
    port: (front.server.address() as AddressInfo).port,
    append(address, raw) {
      const { box, folder } = find(address, 'INBOX');
      // hoodiecrow keeps and sends strings as 'binary': latin1 is the only form that keeps every byte.
      if (folder !== undefined) {
        box.appendMessage(folder, [], new Date(), Buffer.from(raw).toString('latin1'));
      }
    },
    folder(address, name) {
      const messages = find(address, name).folder?.messages ?? [];
      return messages.map(({ uid, flags, raw }) => ({
        uid,
        flags: [...flags],
        raw: Buffer.from(raw, 'latin1'),
      }));
    },
    renumber(address, name) {
      const { folder } = find(address, name);
      if (folder === undefined) throw new Error(`no folder ${name}`);
      folder.messages = folder.messages.map((message, index) => ({ ...message, uid: index + 1 }));
      folder.uidvalidity += 1;
      folder.uidnext = folder.messages.length + 1;
      endSessions();
    },
    apply() {
      for (const connection of connections) follow(connection);
    },
    stop() {
      return new Promise(resolve => {
        front.server.close(() => resolve());
        endSessions();
      });
    },
  };
}

function answer(
  connection: ImapConnection,
  parsed: Parameters<CommandHandler>[1],
  data: string,
  command: 'OK' | 'NO' | 'BAD',
  text: string,
): void {
  const response = { tag: parsed.tag, command, attributes: [{ type: 'TEXT', value: text }] };
  connection.send(response, `${parsed.command} ${command}`, parsed, data);
}

function emptyStorage(): Record<string, unknown> {
  return { INBOX: { messages: [] }, '': { separator: '/', folders: {} } };
}
