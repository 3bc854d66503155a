import { afterEach, expect, it } from 'vitest';
import { DOCTOR, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

let laboratory: Laboratory | undefined;
afterEach(() => laboratory?.stop());

/** Names that the gateway might have kept for itself: what is owed to such an application is nobody else’s. */
it.each(['dmp', 'prepare'])(
  'an application may be called %s: its mails are made, and it is told of them',
  async name => {
    const started = await startLaboratory({ application: { name }, mailbox: { application: name } });
    laboratory = started;
    started.creator.connectTo({ host: '127.0.0.1', port: started.gateway().requestPort(name) ?? 0 });
    const { message, controlId } = newRequest({
      wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' },
    });
    expect(await started.ask(message)).toBe('AA');
    const { deliveries } = await started.reported(controlId);
    expect(started.told(controlId)).toEqual(['Z01 N OUT-001', `Z02 Y ${DOCTOR}`]);
    expect(deliveries.flatMap(({ kind, hold }) => (hold === undefined ? [] : [[kind, hold.code]]))).toEqual([
      ['dmp', 'OUT-001'],
    ]);
  },
);
