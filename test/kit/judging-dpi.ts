import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { APPLICATION_ERRORS } from '../../src/formats/hl7/error-tables.ts';
import { createDeframer, frame } from '../../src/formats/hl7/framing.ts';
import { type Hl7Message, parseMessage } from '../../src/formats/hl7/message.ts';

/** A DPI that knows no patients: a test decides what it says to each message. */
export interface JudgingDpi {
  readonly port: number;
  /** Every message that came, in order, without framing. */
  readonly messages: readonly { readonly message: Hl7Message; readonly raw: Buffer }[];
  stop(): Promise<void>;
}

/** @param judge the code of ERR-5 to refuse a message with; undefined to accept it */
export async function startJudgingDpi(
  judge: (message: Hl7Message) => string | undefined,
): Promise<JudgingDpi> {
  const messages: { message: Hl7Message; raw: Buffer }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    const deframer = createDeframer({ maxBytes: 100 * 1024 * 1024 });
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', chunk => {
      for (const bytes of deframer.push(chunk)) {
        const message = parseMessage(bytes);
        messages.push({ message, raw: Buffer.from(bytes) });
        socket.write(frame(answerTo(message, judge(message), messages.length)));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function answerTo(request: Hl7Message, refusal: string | undefined, number: number): Uint8Array {
  const common = { request, controlId: `ACK${number}`, time: new Date() };
  if (refusal === undefined) return buildAck({ ...common, code: 'AA', errors: [] });
  const error = {
    location: 'PID^1^3',
    condition: { code: '207', label: 'Application error' },
    severity: 'E',
    application: { code: refusal, label: APPLICATION_ERRORS[refusal] ?? '' },
  };
  return buildAck({ ...common, code: 'AE', errors: [error] });
}
