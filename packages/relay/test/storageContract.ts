import { describe } from 'vitest';
import type { Storage, StorageLimits } from '../src/storage/storage.ts';
import { accessContract } from './storageContract/access.ts';
import { knocksContract } from './storageContract/knocks.ts';
import { logContract } from './storageContract/log.ts';
import { modelContract } from './storageContract/model.ts';
import { pruneContract } from './storageContract/prune.ts';

export type ContractLimits = StorageLimits;
export type OpenStorage = (limits: ContractLimits) => Promise<Storage>;

/** What every implementation of `Storage` must do. `open` gives an empty store that goes with the test. */
export function storageContract(name: string, open: OpenStorage): void {
  describe(`storage: ${name}`, () => {
    logContract(open);
    accessContract(open);
    knocksContract(open);
    pruneContract(open);
    modelContract(open);
  });
}
