import { writeFile } from 'node:fs/promises';
import encodeQR from 'qr';

const width = 640;
const height = 480;
const squarePixels = 7;

/** A film of one frame (Y4M, 4:2:0): a sheet of paper with this QR code on it, somewhat off the middle. */
export async function writeCameraFile(path: string, code: string): Promise<void> {
  const rows = encodeQR(code, 'raw', { ecc: 'medium', border: 4 });
  const luma = Buffer.alloc(width * height, 120);
  rows.forEach((row, y) => {
    row.forEach((dark, x) => {
      for (let line = 0; line < squarePixels; line += 1) {
        const start = (30 + y * squarePixels + line) * width + 90 + x * squarePixels;
        luma.fill(dark ? 30 : 225, start, start + squarePixels);
      }
    });
  });
  const grey = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, grey]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(path, Buffer.concat([head, frame, frame]));
}
