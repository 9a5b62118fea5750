import './settings.css';

interface ChoiceProps<Value extends string> {
  title: string;
  labels: Readonly<Record<Value, string>>;
  values: readonly Value[];
  value: Value;
  onChange(value: NoInfer<Value>): void;
}

/** One of a few, as radio buttons. */
export function Choice<Value extends string>({ title, labels, values, value, onChange }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend className="settingTitle">{title}</legend>
      {values.map((candidate) => (
        <label key={candidate}>
          <input
            type="radio"
            name={title}
            checked={candidate === value}
            onChange={() => onChange(candidate)}
          />
          {labels[candidate]}
        </label>
      ))}
    </fieldset>
  );
}
