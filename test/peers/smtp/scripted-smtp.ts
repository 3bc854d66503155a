import type { Socket } from 'node:net';
import { type ScriptedServer, startScriptedServer } from '../../kit/scripted-server.ts';

/** What a scripted server says to each command, and to the last dot (`dot`); the rest is 250. */
export type SmtpReplies = Readonly<Record<string, string | ((socket: Socket, line: string) => string)>>;

/** Speaks plain SMTP; within DATA it waits for the dot and then says what `dot` tells. */
export async function startScriptedSmtp(
  replies: SmtpReplies,
  ehlo: readonly string[] = ['localhost', 'PIPELINING', 'DSN'],
  greeting = '220 ready',
): Promise<ScriptedServer> {
  return await startScriptedServer(`${greeting}\r\n`, () => {
    let inData = false;
    return (line, socket) => {
      const command = inData ? 'dot' : (line.split(/[ :]/)[0] ?? '').toUpperCase();
      if (inData && line !== '.') return '';
      const reply = replies[command];
      const said = typeof reply === 'function' ? reply(socket, line) : reply && `${reply}\r\n`;
      inData = command === 'DATA' && (said === undefined || said.startsWith('354'));
      if (said !== undefined) return said;
      if (command === 'EHLO') {
        return ehlo.map((word, at) => `250${at === ehlo.length - 1 ? ' ' : '-'}${word}\r\n`).join('');
      }
      return command === 'DATA' ? '354 go on\r\n' : '250 2.0.0 fine\r\n';
    };
  });
}

/** Hangs up instead of a reply. */
export function cut(socket: Socket): string {
  socket.destroy();
  return '';
}
