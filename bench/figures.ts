/** The middle one of an odd number of figures, the upper of the two middle ones of an even number. */
export function median(figures: number[]): number {
  return quantile(figures, 0.5);
}

/** The figure below which the share `q` of all lie; NaN for none. */
export function quantile(figures: number[], q: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
