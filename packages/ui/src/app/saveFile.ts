/** Time that the browser has to begin reading what it downloads. */
const readableFor = 60_000;

/** A name that every file system takes: `Kitchen-table-2026-11-23.json`. */
export function fileName(title: string, extension: string, now = new Date()): string {
  const plain = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const day = now.toISOString().slice(0, 10);
  return `${plain.slice(0, 60) || 'room'}-${day}.${extension}`;
}

/** Hands a file to the browser's downloads. Nothing leaves this computer. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), readableFor);
}
