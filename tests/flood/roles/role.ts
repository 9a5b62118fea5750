/** What a role did, and what is wrong. */
export interface Report {
  did: string;
  wrong: string[];
}

/** Somebody at the relay who goes on until stopped. */
export interface Role {
  /** Of members: milliseconds from each append to each delivery, since they were last taken. */
  takeDelays?(): number[];
  stop(): Promise<Report>;
}
