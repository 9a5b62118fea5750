import { z } from 'zod';
import { boundedBytes, entryId, fixedBytes, publicKey } from '../bytes.ts';
import { limits } from '../limits.ts';

/** Public half of an invite's Ed25519 key pair: whoever holds the invite can knock. */
export const invite = publicKey;
/** Reference of the joiner's waiting key package (RFC 9420 §5.2), or any other 32 bytes that stand for it. */
export const keyPackageRef = fixedBytes(32);

/** A joiner's sealed request with its key package, as members are given it. */
export const knock = z.object({ id: entryId, invite, keyPackageRef, sealed: boundedBytes(limits.knock) });

export type Knock = z.infer<typeof knock>;
