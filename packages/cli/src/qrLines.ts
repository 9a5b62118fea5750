import { encodeQR } from 'qr';

/**
 * A QR code of half blocks, two of its rows in a line. Its light squares are drawn: where the terminal has colours it is
 * told which, elsewhere it must be a dark one (a scanner may also read the negative).
 */
export function qrLines(text: string, colour: boolean): string[] {
  const lines = encodeQR(text, 'ascii').trimEnd().split('\n');
  return colour ? lines.map((line) => `\u001b[97;40m${line}\u001b[0m`) : lines;
}
