import type { Storage } from '../../../packages/relay/src/storage/storage.ts';
import type { Write, Written } from '../../../packages/relay/src/storage/write.ts';

/**
 * A store as it must not be: a commit is taken into whatever epoch the room is in, as an `UPDATE` without its
 * `WHERE epoch = …` would.
 */
export function withoutCompareAndSwap(storage: Storage): Storage {
  const write = async (writes: readonly Write[], at: number) => {
    const written: Written[] = [];
    for (const each of writes) written.push(await writeAnyway(storage, each, at));
    return written;
  };
  return { ...storage, write };
}

async function writeAnyway(storage: Storage, write: Write, at: number): Promise<Written> {
  const [written] = await storage.write([write], at);
  if (written === undefined) throw new Error('a write without an outcome');
  if (write.kind !== 'commit' || written.outcome !== 'refused') return written;
  const { code, epoch } = written.error;
  if (code !== 'epochConflict' || epoch === undefined) return written;
  return await writeAnyway(storage, { ...write, epoch, by: { access: epoch } }, at);
}
