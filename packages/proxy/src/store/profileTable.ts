import { numberIn, orNull, textIn } from './columns.ts';
import type { History } from './history.ts';
import type { Steps } from './steps.ts';

/** Whether others are told what has been read, and that one types. */
export interface Preferences {
  readonly tellRead: boolean;
  readonly tellTyping: boolean;
}

/** What the person chose for all rooms. */
export class ProfileTable {
  readonly #sql: ReturnType<typeof prepareStatements>;
  readonly #steps: Steps;

  constructor(history: History, steps: Steps) {
    this.#sql = prepareStatements(history);
    this.#steps = steps;
  }

  name(): string | null {
    return orNull(textIn, this.#row(), 'name');
  }

  setName(name: string): void {
    this.#steps.within(() => this.#sql.setName(name));
  }

  preferences(): Preferences {
    const row = this.#row();
    return { tellRead: numberIn(row, 'tell_read') === 1, tellTyping: numberIn(row, 'tell_typing') === 1 };
  }

  setPreferences({ tellRead, tellTyping }: Preferences): void {
    this.#steps.within(() => this.#sql.setPreferences(tellRead ? 1 : 0, tellTyping ? 1 : 0));
  }

  #row() {
    const columns = this.#sql.get.get();
    if (!columns) throw new Error('the profile has no row');
    return columns;
  }
}

function prepareStatements(history: History) {
  return {
    get: history.read('SELECT * FROM profile'),
    setName: history.write('profile.setName', 'UPDATE profile SET name = ?'),
    setPreferences: history.write(
      'profile.setPreferences',
      'UPDATE profile SET tell_read = ?, tell_typing = ?',
    ),
  };
}
