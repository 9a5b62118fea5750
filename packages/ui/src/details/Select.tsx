interface SelectProps<Value extends string | number> {
  /** The id of the element that names it. */
  labelledBy: string;
  value: Value;
  choices: ReadonlyArray<readonly [value: Value, label: string]>;
  disabled?: boolean;
  onChange(value: NoInfer<Value>): void;
}

/** One of several, in the browser's own list: it fits every screen and every way of pointing. */
export function Select<Value extends string | number>(props: SelectProps<Value>) {
  const { labelledBy, value, choices, disabled = false, onChange } = props;
  return (
    <select
      className="select"
      aria-labelledby={labelledBy}
      value={value}
      disabled={disabled}
      onChange={(event) => {
        const chosen = choices[event.target.selectedIndex];
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {choices.map(([choice, label]) => (
        <option key={choice} value={choice}>
          {label}
        </option>
      ))}
    </select>
  );
}
