import { type ExportFormat, exportRoom } from '@otr/client';
import type { RoomSummary } from '@otr/protocol';
import { FileDown } from 'lucide-react';
import { useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { fileName, saveFile } from '../app/saveFile.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

const text = strings.details;
const formats: readonly ExportFormat[] = ['json', 'html'];
const types: Readonly<Record<ExportFormat, string>> = { json: 'application/json', html: 'text/html' };

/** The room's history as a file: read page by page from the proxy, handed to the browser as a download. */
export function ExportSection({ room }: { room: RoomSummary }) {
  const store = useStore();
  const { say } = useFeedback();
  const [working, setWorking] = useState(false);

  async function save(format: ExportFormat) {
    setWorking(true);
    const parts: string[] = [];
    let problem: string | null = null;
    for await (const part of exportRoom(store.client, room.room, format)) {
      if (part.ok) parts.push(part.value);
      else problem = part.error.message;
    }
    setWorking(false);
    if (problem !== null) return say(problem);
    const file = fileName(room.name, format);
    saveFile(file, new Blob(parts, { type: types[format] }));
    say(text.exported(file));
  }

  return (
    <section className="detailsSection">
      <h3>{text.export}</h3>
      <div className="detailsButtons">
        {formats.map((format) => (
          <button
            key={format}
            type="button"
            className="button"
            disabled={working}
            onClick={() => save(format)}
          >
            <FileDown size={16} aria-hidden="true" />
            {text.exportAs[format]}
          </button>
        ))}
      </div>
      <p className="formHint" role="status">
        {working ? text.exporting : text.exportHint}
      </p>
    </section>
  );
}
