/** The relay cannot start as asked. The message is a sentence for the operator. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly code:
    | 'dataInUse'
    | 'dataTooNew'
    | 'dataUnusable'
    | 'redisUnusable'
    | 'addressUnusable'
    | 'tlsUnusable';

  constructor(code: StartRefused['code'], sentence: string) {
    super(sentence);
    this.code = code;
  }
}
