import type { ReactNode } from 'react';
import './screens.css';

interface ScreenProps {
  title: string;
  /** Shown only when it lasts: a connection on this computer is usually made before one sees it. */
  late?: boolean;
  children: ReactNode;
}

/** A screen with one thing to do, in place of the chat. */
export function Screen({ title, late = false, children }: ScreenProps) {
  return (
    <main className="screen" data-late={late}>
      <div className="screenBox">
        <img className="screenMark" src="./favicon.svg" width={56} height={56} alt="" />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
