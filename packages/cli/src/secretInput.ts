import type { ReadStream } from 'node:tty';
import { type SecretLine, secretLine, type Typed } from './secretLine.ts';

/** Where secrets are typed: a terminal that shows nothing of them, or lines of standard input. */
export interface SecretInput {
  readonly isTerminal: boolean;
  /** One line in bytes, which the caller wipes. Null: there is none, it is too long, or `stop` was aborted. */
  ask(prompt: string, stop?: AbortSignal): Promise<Buffer | null>;
}

type Input = Pick<ReadStream, 'isTTY' | 'setRawMode' | 'readableEnded' | 'on' | 'off' | 'resume' | 'pause'>;

export function secretInput(
  input: Input = process.stdin,
  show: (text: string) => void = (text) => void process.stderr.write(text),
  interrupt: () => void = () => void process.kill(process.pid, 'SIGINT'),
): SecretInput {
  const isTerminal = input.isTTY === true;
  const line = secretLine(isTerminal);
  return {
    isTerminal,
    async ask(prompt, stop) {
      if (isTerminal) {
        input.setRawMode(true);
        show(prompt);
      }
      try {
        const typed = await typedLine(input, line, stop);
        if (typed === 'interrupted') interrupt();
        return typed instanceof Buffer ? typed : null;
      } finally {
        if (isTerminal) {
          input.setRawMode(false);
          show('\n');
        }
      }
    },
  };
}

/** Feeds the line with what comes until it is complete. Strings are never made of it. */
function typedLine(input: Input, line: SecretLine, stop?: AbortSignal): Promise<Typed> {
  return new Promise((resolve) => {
    const finish = (typed: Typed) => {
      input.off('data', onData);
      input.off('end', onEnd);
      stop?.removeEventListener('abort', onStop);
      input.pause();
      resolve(typed);
    };
    const onData = (chunk: Buffer) => {
      line.add(chunk);
      chunk.fill(0);
      const typed = line.take();
      if (typed !== null) finish(typed);
    };
    const onEnd = () => finish(line.takeRest());
    const onStop = () => finish('nothing');
    const early = stop?.aborted ? ('nothing' as const) : input.readableEnded ? line.takeRest() : line.take();
    if (early !== null) {
      resolve(early);
      return;
    }
    stop?.addEventListener('abort', onStop, { once: true });
    input.on('data', onData);
    input.on('end', onEnd);
    input.resume();
  });
}
