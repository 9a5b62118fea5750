import type { ContractLimits } from '../storageContract.ts';

export const MiB = 1024 * 1024;

/** Limits that no test meets. */
export const roomy: ContractLimits = {
  logBytesPerRoom: 64 * MiB,
  waitingKnocksPerRoom: 100,
  invitesPerRoom: 100,
};
