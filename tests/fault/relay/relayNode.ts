import { type Running, startOtr } from '../../processes.ts';
import { pause } from './pause.ts';
import { Wire } from './wire.ts';

/** A relay in a process of its own, which may be killed, and the wire on which its proxies reach it. */
export class RelayNode {
  readonly wire: Wire;
  readonly #args: readonly string[];
  /** It comes back on another port each time. */
  readonly #place: { port: number };
  #running: Running | undefined;
  /** What the processes before this one logged, and how much of it was taken. */
  #logged = '';
  #taken = 0;
  #isStopped = false;

  private constructor(args: readonly string[], wire: Wire, place: { port: number }) {
    this.#args = args;
    this.wire = wire;
    this.#place = place;
  }

  /** `args` are those of `otr relay`, without the port. */
  static async start(args: readonly string[]): Promise<RelayNode> {
    const place = { port: 0 };
    const node = new RelayNode(args, await Wire.open(() => place.port), place);
    await node.start();
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.wire.port}`;
  }

  /** As a service manager does: again, until it starts. Its database may be away. */
  async start(): Promise<void> {
    while (!this.#isStopped) {
      try {
        this.#running = await startOtr(['relay', '--port', '0', ...this.#args]);
        this.#place.port = Number(new URL(this.#running.ready['listening'] ?? '').port);
        return;
      } catch (error) {
        this.#logged += `${error instanceof Error ? error.message : String(error)}\n`;
        await pause(50);
      }
    }
  }

  async kill(): Promise<void> {
    await this.#running?.kill();
    this.#logged += this.#running?.log() ?? '';
    this.#running = undefined;
  }

  /** Its process stands still, as a machine that is out of breath. */
  freeze(): void {
    this.#running?.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#running?.process.kill('SIGCONT');
  }

  /** What it has logged since this was asked the last time, line by line. */
  takeLog(): string[] {
    const all = this.#logged + (this.#running?.log() ?? '');
    const news = all.slice(this.#taken);
    this.#taken = all.length;
    return news.split('\n').filter((line) => line !== '');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.kill();
    await this.wire.close();
  }
}
