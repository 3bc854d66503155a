/** What the sandbox uses of hoodiecrow-imap 2.1.0, which ships no types. */
declare module 'hoodiecrow-imap' {
  import type { EventEmitter } from 'node:events';
  import type { Server, Socket } from 'node:net';

  export interface ImapValue {
    readonly type: string;
    readonly value: string;
  }

  export interface ImapCommand {
    readonly tag: string;
    readonly command: string;
    readonly attributes?: readonly ImapValue[];
  }

  export interface ImapResponse {
    readonly tag: string;
    readonly command?: string;
    readonly attributes?: readonly unknown[];
    /** Set by an output handler to keep the response from the client. */
    skipResponse?: boolean;
  }

  export interface ImapMessage {
    readonly uid: number;
    readonly flags: readonly string[];
    /** Bytes as a latin1 string. */
    readonly raw: string;
  }

  export interface ImapFolder {
    uidvalidity: number;
    uidnext: number;
    messages: ImapMessage[];
  }

  export interface ImapConnection {
    /** Whose folders the session sees. */
    server: ImapServer;
    socket: Socket | null;
    state: 'Not Authenticated' | 'Authenticated' | 'Selected';
    readonly secureConnection: boolean;
    readonly _notificationCallback: (notification: unknown) => void;
    send(response: ImapResponse, description: string, parsed: ImapCommand, data: string): void;
  }

  /** The item asked for by FETCH: `BODY.PEEK[section]<partial>`. */
  export interface FetchItem {
    readonly section?: readonly ImapValue[];
    readonly partial?: number[];
  }

  export type CommandHandler = (
    connection: ImapConnection,
    parsed: ImapCommand,
    data: string,
    done: () => void,
  ) => void;

  export type FetchHandler = (connection: ImapConnection, message: ImapMessage, item: FetchItem) => unknown;

  export interface ImapServer extends EventEmitter {
    readonly server: Server;
    readonly connectionHandlers: ((connection: ImapConnection) => void)[];
    readonly outputHandlers: ((connection: ImapConnection, response: ImapResponse) => void)[];
    readonly fetchHandlers: Record<string, FetchHandler>;
    getCommandHandler(command: string): CommandHandler | false;
    setCommandHandler(command: string, handler: CommandHandler): void;
    getMailbox(path: string): ImapFolder | undefined;
    appendMessage(folder: ImapFolder, flags: string[], internalDate: Date, raw: string): void;
  }

  export default function createServer(options: {
    readonly credentials: { readonly cert: string; readonly key: string };
    readonly plugins: readonly string[];
    readonly storage: Readonly<Record<string, unknown>>;
  }): ImapServer;
}

declare module 'hoodiecrow-imap/lib/commands/handlers/fetch.js' {
  import type { FetchHandler } from 'hoodiecrow-imap';
  const handlers: Readonly<Record<string, FetchHandler>>;
  export default handlers;
}
