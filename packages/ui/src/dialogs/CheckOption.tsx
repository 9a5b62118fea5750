import { useId } from 'react';
import './settings.css';

interface CheckOptionProps {
  label: string;
  /** What it means, in small print. */
  hint: string;
  checked: boolean;
  onChange(checked: boolean): void;
}

/** Something that can be chosen, with what it means. */
export function CheckOption({ label, hint, checked, onChange }: CheckOptionProps) {
  const id = useId();
  return (
    <div className="checkOption">
      <label className="check">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={id}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <p id={id} className="formHint">
        {hint}
      </p>
    </div>
  );
}
