import type { RoomDetails } from '@otr/protocol';
import { Clock3, ShieldCheck } from 'lucide-react';
import { useNow } from '../app/useNow.ts';
import { about } from '../strings/words.ts';
import { strings } from '../strings.ts';

const text = strings.details;

/** When the own keys were renewed, and whether the others have it yet. The technical names in small print. */
export function KeysSection({ details }: { details: RoomDetails }) {
  const now = useNow(30_000);
  const { keysRenewedAt, renewalPending, suite, epoch } = details;
  return (
    <section className="detailsSection">
      <h3>{text.keys}</h3>
      <p className="keysLine">
        <ShieldCheck size={18} aria-hidden="true" />
        {keysRenewedAt === null ? text.renewedNever : text.renewed(about(Math.max(0, now - keysRenewedAt)))}
      </p>
      {renewalPending && (
        <p className="keysLine pending" role="status">
          <Clock3 size={18} aria-hidden="true" />
          {text.pending}
        </p>
      )}
      <p className="formHint">{text.renewedExplain}</p>
      <p className="smallPrint">{text.technical(suite, epoch)}</p>
    </section>
  );
}
