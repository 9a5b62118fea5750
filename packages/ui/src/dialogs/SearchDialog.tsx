import type { SearchHit } from '@otr/client';
import type { RoomSummary, Row } from '@otr/protocol';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { goTo } from '../app/route.ts';
import { shortTime } from '../app/times.ts';
import { useStore } from '../app/useStore.ts';
import { Select } from '../details/Select.tsx';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import { snippet } from './snippet.ts';
import './search.css';

const text = strings.search;
const hitsAtMost = 50;
/** Milliseconds without a key before the proxy is asked. */
const pauseMs = 120;

type Found = { hits: readonly SearchHit[]; problem: string } | null;

/** What was found for these words; null while nothing is looked for. Answers that come too late are dropped. */
function useSearch(words: string, room: string | null): Found {
  const store = useStore();
  const [found, setFound] = useState<Found>(null);
  useEffect(() => {
    if (words === '') return setFound(null);
    let wanted = true;
    const timer = setTimeout(async () => {
      const answer = await store.search(words, { limit: hitsAtMost, ...(room !== null && { room }) });
      if (!wanted) return;
      setFound(
        answer.ok
          ? { hits: answer.value.hits, problem: '' }
          : { hits: [], problem: text.failed(answer.error.message) },
      );
    }, pauseMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [store, words, room]);
  return found;
}

function outcome(found: Found): string {
  if (found === null) return text.hint;
  if (found.problem !== '') return found.problem;
  if (found.hits.length === 0) return text.none;
  return text.found(found.hits.length, found.hits.length < hitsAtMost);
}

function Snippet({ row, words }: { row: Row; words: string }) {
  if (row.kind !== 'message') return null;
  return (
    <span className="hitText" dir="auto">
      {snippet(row.text, words).map(({ text: part, found, at }) =>
        found ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
      )}
    </span>
  );
}

interface SearchDialogProps {
  rooms: readonly RoomSummary[];
  /** The open room; null: there is none. */
  openRoom: string | null;
  /** Search begins in this room; null: in all. */
  within: string | null;
  onClose(): void;
}

/** Words, in one room or all; ↑ ↓ to choose a message, Enter to go there. */
export function SearchDialog({ rooms, openRoom, within, onClose }: SearchDialogProps) {
  const [typed, setTyped] = useState('');
  const [scope, setScope] = useState<'here' | 'all'>(within === null ? 'all' : 'here');
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const here = rooms.find(({ room }) => room === (within ?? openRoom));
  const words = typed.trim();
  const found = useSearch(words, scope === 'here' && here !== undefined ? here.room : null);
  const hits = found?.hits ?? [];
  const active = Math.min(chosen, hits.length - 1);

  function open(hit: SearchHit | undefined) {
    if (hit === undefined) return;
    onClose();
    goTo(hit.room, hit.row.id);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') choose(Math.min(active + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') choose(Math.max(active - 1, 0));
    else if (event.key === 'Enter') open(hits[active]);
    else return;
    event.preventDefault();
  }

  function choose(index: number) {
    setChosen(index);
    document.getElementById(`${id}-${index}`)?.scrollIntoView({ block: 'nearest' });
  }

  return (
    <Modal title={text.title} onClose={onClose} shape="search">
      <div className="form searchForm">
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
          autoFocus
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={id}
          aria-activedescendant={hits[active] === undefined ? undefined : `${id}-${active}`}
          aria-label={text.label}
          placeholder={text.placeholder}
          autoComplete="off"
          enterKeyHint="search"
          maxLength={200}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        {here !== undefined && (
          <>
            <span id={`${id}-scope`} className="visuallyHidden">
              {text.scope}
            </span>
            <Select
              labelledBy={`${id}-scope`}
              value={scope}
              choices={[
                ['here', text.here(here.name)],
                ['all', text.everywhere],
              ]}
              onChange={setScope}
            />
          </>
        )}
      </div>
      <p className="formHint" role="status">
        {outcome(found)}
      </p>
      <div id={id} role="listbox" aria-label={text.title} className="searchList" tabIndex={-1}>
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input keeps the focus
          <div
            key={`${hit.room} ${hit.row.id}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className="searchHit"
            data-testid="search-hit"
            onClick={() => open(hit)}
          >
            <span className="hitTop">
              <span className="hitName">
                {hit.row.kind === 'message' ? (hit.row.own ? strings.timeline.you : hit.row.name) : ''}
              </span>
              <span className="hitRoom">{rooms.find(({ room }) => room === hit.room)?.name}</span>
              <span className="hitTime">{shortTime(hit.row.at)}</span>
            </span>
            <Snippet row={hit.row} words={words} />
          </div>
        ))}
      </div>
    </Modal>
  );
}
