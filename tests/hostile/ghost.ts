import type { KnockContent } from '@otr/protocol';
import { keyPackageRefOf, keyPackagesOf, makeJoinKeys } from '../../packages/proxy/src/core/group/join.ts';
import { leafNamed } from '../../packages/proxy/test/core/group/leaves.ts';

/** What somebody would knock with who has keys, and no invite. */
export function ghostKnock(name: string): { content: KnockContent; keyPackageRef: Buffer } {
  const keys = makeJoinKeys(leafNamed(name), Date.now());
  const keyPackages = keyPackagesOf(keys).map((bytes) => Buffer.from(bytes).toString('base64url'));
  return { content: { version: 1, name, keyPackages }, keyPackageRef: Buffer.from(keyPackageRefOf(keys)) };
}
