import type { Member, SafetyNumber } from '@otr/protocol';
import { plain } from './terminal.ts';
import { trustWords } from './trustWords.ts';

const perLine = 4;

/** A safety number as two people compare it: three lines of four groups, and the emoji with their names alike. */
export function safetyLines(safety: SafetyNumber, verified: Member['verified']): string[] {
  const { name, trust, number, emoji } = safety;
  const faces = emoji.map((one) => `${plain(one.emoji)} ${plain(one.name)}`);
  return [
    `Name    ${plain(name)}`,
    `Known   ${trustWords({ trust, verified })}`,
    ...beside('Number', inLines(number.split(' '), ' ')),
    ...beside('Emoji', inLines(faces, '  ')),
  ];
}

function inLines(parts: readonly string[], between: string): string[] {
  const starts = parts.map((_, index) => index).filter((index) => index % perLine === 0);
  return starts.map((start) => parts.slice(start, start + perLine).join(between));
}

/** The first line has the title, the others its space. */
const beside = (title: string, lines: readonly string[]) =>
  lines.map((line, index) => `${(index === 0 ? title : '').padEnd(8)}${line}`);
