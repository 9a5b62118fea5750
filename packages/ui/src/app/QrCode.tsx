import encodeQR from 'qr';
import { useMemo } from 'react';
import './qrCode.css';

/** The dark squares as one path, a unit each. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
}

/** A text as QR code, drawn as SVG: no image is loaded. Dark on white in every theme, as scanners want it. */
export function QrCode({ text, label, testId }: { text: string; label: string; testId?: string }) {
  const rows = useMemo(() => encodeQR(text, 'raw', { ecc: 'medium', border: 3 }), [text]);
  const size = rows.length;
  return (
    <svg
      className="qrCode"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      data-testid={testId}
      data-code={text}
    >
      <title>{label}</title>
      <rect width={size} height={size} fill="#ffffff" />
      <path d={pathOf(rows)} fill="#000000" />
    </svg>
  );
}
