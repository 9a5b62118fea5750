import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

export interface Scan {
  /** How often each needle was found, by its name. */
  found: Record<string, number>;
  megabytes: number;
}

/** Looks for byte sequences in every readable mapping of a running process (Linux; needs the right to trace it). */
export function scanMemory(pid: number, needles: Readonly<Record<string, Uint8Array>>): Scan {
  const names = Object.keys(needles);
  const overlap = Math.max(...Object.values(needles).map(({ length }) => length)) - 1;
  const found = Object.fromEntries(names.map((name) => [name, 0]));
  const block = Buffer.alloc(4 * 1024 * 1024);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  let scanned = 0;
  for (const { from, to } of mappingsOf(pid)) {
    let kept = 0;
    for (let at = from; at < to; ) {
      const size = readSomeSync(memory, block, kept, Math.min(block.length - kept, to - at), at);
      if (size === 0) break;
      const view = block.subarray(0, kept + size);
      for (const [name, needle] of Object.entries(needles)) {
        // What lies wholly in the overlap was counted with the block before.
        const fresh = Math.max(0, kept - needle.length + 1);
        for (let hit = view.indexOf(needle, fresh); hit !== -1; hit = view.indexOf(needle, hit + 1)) {
          found[name] = (found[name] ?? 0) + 1;
        }
      }
      scanned += size;
      at += size;
      kept = Math.min(overlap, view.length);
      view.copy(block, 0, view.length - kept);
    }
  }
  closeSync(memory);
  return { found, megabytes: Math.round(scanned / 1_000_000) };
}

function mappingsOf(pid: number): { from: number; to: number }[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, from, to, mode] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (from === undefined || to === undefined || !mode?.startsWith('r')) return [];
    return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }];
  });
}

/** 0 where the mapping cannot be read (the kernel's own) or is gone by now. */
function readSomeSync(file: number, into: Buffer, offset: number, length: number, at: number): number {
  try {
    return readSync(file, into, offset, length, at);
  } catch {
    return 0;
  }
}
