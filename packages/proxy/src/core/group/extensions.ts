import type { Extension } from '@otr/mls';
import { type LeafProfile, leafProfile, type RoomSettings, roomSettings } from '@otr/protocol';
import type { z } from 'zod';

/** Private-use extension types (RFC 9420 §17.3). */
export const profileType = 0xf0a1;
export const settingsType = 0xf0a2;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a member's leaf says of it. */
export function profileExtension(profile: LeafProfile): Extension {
  return { type: profileType, data: encoder.encode(JSON.stringify(profile)) };
}

/** What the members agree on, in the group context. */
export function settingsExtension(settings: RoomSettings): Extension {
  return { type: settingsType, data: encoder.encode(JSON.stringify(settings)) };
}

/** Null where there is none, or none of this version. */
export function readProfile(extensions: readonly Extension[]): LeafProfile | null {
  return read(extensions, profileType, leafProfile);
}

export function readSettings(extensions: readonly Extension[]): RoomSettings | null {
  return read(extensions, settingsType, roomSettings);
}

function read<Value>(extensions: readonly Extension[], type: number, schema: z.ZodType<Value>): Value | null {
  const found = extensions.find((extension) => extension.type === type);
  if (!found) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(decoder.decode(found.data)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
