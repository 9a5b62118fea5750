import { useEffect, useState } from 'react';

/** After this many milliseconds a button that asked once is as it was. */
const sureFor = 4_000;

interface SureButtonProps {
  label: string;
  /** What the second press is asked by. */
  sure: string;
  className?: string;
  onSure(): Promise<unknown>;
}

/** Asks once: the first press changes what it says, the second does it. */
export function SureButton({ label, sure, className = 'linkButton danger', onSure }: SureButtonProps) {
  const [asked, setAsked] = useState(false);
  const [working, setWorking] = useState(false);

  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(false), sureFor);
    return () => clearTimeout(timer);
  }, [asked]);

  async function press() {
    if (!asked) return setAsked(true);
    setWorking(true);
    await onSure();
    setWorking(false);
    setAsked(false);
  }

  return (
    <button type="button" className={className} disabled={working} onClick={press}>
      <span aria-live="polite">{asked ? sure : label}</span>
    </button>
  );
}
