import './avatar.css';

/** Stable for a text, spread over the hues of avatar.css. */
export function hueOf(seed: string): number {
  let hash = 0;
  for (const character of seed) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % 8;
}

/** Up to two first letters: `Ana Lima` → `AL`. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  return words
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** Decoration: the name always stands beside it. */
export function Avatar({ seed, name, shape = 'round', size = 36 }: AvatarProps) {
  return (
    <span
      className={`avatar ${shape}`}
      data-hue={hueOf(seed)}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.38) }}
      data-initials={initials(name)}
      aria-hidden="true"
    />
  );
}

interface AvatarProps {
  /** What the colour is drawn from: the room, or the name (a person's keys differ from room to room). */
  seed: string;
  name: string;
  shape?: 'round' | 'square';
  /** Pixels. */
  size?: number;
}
