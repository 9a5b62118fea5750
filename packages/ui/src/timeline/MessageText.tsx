import { useState } from 'react';
import { strings } from '../strings.ts';
import { Markdown } from './Markdown.tsx';

const longCharacters = 4_000;
const longLines = 50;

/** By message id: a row that is scrolled away and back is as it was left. */
const expandedIds = new Set<string>();

function isLong(text: string): boolean {
  return text.length > longCharacters || text.split('\n', longLines + 1).length > longLines;
}

/** A message's text; of a very long one the beginning, until asked for the rest. */
export function MessageText({ id, text }: { id: string; text: string }) {
  const [expanded, setExpanded] = useState(expandedIds.has(id));
  if (!isLong(text)) return <Markdown text={text} />;

  function toggle() {
    if (expanded) expandedIds.delete(id);
    else expandedIds.add(id);
    setExpanded(!expanded);
  }

  return (
    <div>
      <div className="longText" data-expanded={expanded}>
        <Markdown text={text} />
      </div>
      <button type="button" className="longTextButton" aria-expanded={expanded} onClick={toggle}>
        {expanded ? strings.timeline.showLess : strings.timeline.showAll}
      </button>
    </div>
  );
}
