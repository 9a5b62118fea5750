/** Who wants to hear of one thing. */
export function listeners<Value>() {
  const all = new Set<(value: Value) => void>();
  return {
    /** Returns the way to stop. */
    add(listener: (value: Value) => void): () => void {
      const own = (value: Value) => listener(value);
      all.add(own);
      return () => {
        all.delete(own);
      };
    },
    tell(value: Value): void {
      for (const listener of [...all]) listener(value);
    },
  };
}
