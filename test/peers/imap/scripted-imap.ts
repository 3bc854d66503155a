import type { Socket } from 'node:net';
import { type ScriptedServer, startScriptedServer } from '../../kit/scripted-server.ts';

/** What a line is answered, `tag` being the line's own; undefined for a plain OK. */
export type Script = (line: string, tag: string, socket: Socket) => string | undefined;

/** An IMAP server that does what the script says and to all the rest says OK. */
export async function scriptedImap(greeting: string, script: Script): Promise<ScriptedServer> {
  return await startScriptedServer(`${greeting}\r\n`, () => (line, socket) => {
    const tag = line.split(' ')[0] ?? '';
    return script(line, tag, socket) ?? `${tag} OK done\r\n`;
  });
}
