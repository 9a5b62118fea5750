import type { Service } from '../../service.ts';
import type { RelayNode } from './relayNode.ts';
import type { Wire } from './wire.ts';

export type FaultKind = 'kill' | 'freeze' | 'cut' | 'hold up' | 'hold down' | 'hold' | 'delay';

/** Something that can be done to one part of a cluster, and undone. */
export interface Fault {
  kind: FaultKind;
  /** What it is done to; two faults of one target never overlap. */
  target: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** `kill -9`, and its process standing still. */
export function relayFaults(target: string, node: RelayNode): Fault[] {
  return [
    { kind: 'kill', target, begin: () => node.kill(), end: () => node.start() },
    { kind: 'freeze', target, begin: () => node.freeze(), end: () => node.thaw() },
  ];
}

export function serviceFaults(target: string, service: Service): Fault[] {
  return [{ kind: 'kill', target, begin: () => service.kill(), end: () => service.start() }];
}

export function wireFaults(target: string, wire: Wire): Fault[] {
  const end = () => wire.heal();
  const hold = (...directions: ('up' | 'down')[]) => {
    for (const direction of directions) wire.hold(direction);
  };
  return [
    { kind: 'cut', target, begin: () => wire.cut(), end },
    { kind: 'hold up', target, begin: () => hold('up'), end },
    { kind: 'hold down', target, begin: () => hold('down'), end },
    { kind: 'hold', target, begin: () => hold('up', 'down'), end },
    { kind: 'delay', target, begin: () => wire.delay(30), end },
  ];
}
