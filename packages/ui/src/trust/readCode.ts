import { decodeQR } from 'qr/decode.js';

/** Pixels of the longer side that are looked at: more only takes longer. */
const looksAt = 1_200;

/** What a QR code in a picture says; null where none is found. `hard`: a picture that was chosen is worth some time. */
export function readCode(
  source: CanvasImageSource,
  width: number,
  height: number,
  hard = false,
): string | null {
  const scale = Math.min(1, looksAt / Math.max(width, height, 1));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const context = Object.assign(document.createElement('canvas'), size).getContext('2d', {
    willReadFrequently: true,
  });
  if (context === null || size.width === 0 || size.height === 0) return null;
  context.drawImage(source, 0, 0, size.width, size.height);
  const { data } = context.getImageData(0, 0, size.width, size.height);
  try {
    return decodeQR({ ...size, data }, { format: 'RGBA', ...(hard && { timeLimit: 1_500, effort: 8 }) });
  } catch {
    return null;
  }
}

/** The same for a file that the person chose. Nothing of it leaves the page. */
export async function readCodeOfFile(file: Blob): Promise<string | null> {
  try {
    const picture = await createImageBitmap(file);
    const code = readCode(picture, picture.width, picture.height, true);
    picture.close();
    return code;
  } catch {
    return null;
  }
}
