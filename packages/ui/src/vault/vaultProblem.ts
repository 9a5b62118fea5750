import { strings } from '../strings.ts';

/** A refusal about the passphrase, in words. */
export function vaultProblem({ code, message }: { code: string; message: string }): string {
  return code === 'wrongPassphrase' ? strings.vault.wrong : message;
}
