import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Where a profile's proxy is found on this machine. Drawn once and kept, so that bookmarks and the browser's
 * permissions last, and no other program ever had that origin.
 */
const place = z.object({
  label: z.string().regex(/^otr-[0-9a-f]{16}$/),
  /** Null until one was found free. */
  port: z.number().int().min(1).max(65_535).nullable(),
  socketFile: z.string().nullable(),
});
export type Place = z.infer<typeof place>;

const fileName = 'place.json';

/** The profile's place, or a new one when it has none that can be read. */
export async function readPlace(folder: string): Promise<Place> {
  try {
    return place.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch {
    return { label: `otr-${randomBytes(8).toString('hex')}`, port: null, socketFile: null };
  }
}

export async function savePlace(folder: string, value: Place): Promise<void> {
  const file = join(folder, fileName);
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
