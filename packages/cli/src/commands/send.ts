import { type LocalClient, newMessageId } from '@otr/client/node';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { heldWords } from '../held.ts';
import { withRoom } from '../running.ts';
import { jsonLine } from '../terminal.ts';
import { waitFor } from '../waitFor.ts';
import { whisperTo } from '../whisperTo.ts';
import { readMessage } from './messageInput.ts';

export const send = command({
  path: 'send',
  arguments: ['<room>', '[text]'],
  summary: 'Send a message and print its id; without a text, or with "-", it is read from standard input.',
  notes:
    'A text that begins with "-" goes after "--": otr send ROOM -- "- a list"\n' +
    'A whisper: otr send ROOM --to Ben --to Cleo "…"; an answer to a whisper is one, to the same people.',
  uses: ['to', 'reply-to', 'wait', 'timeout'],
  run: (settings, [wanted = '', word = '-'], surroundings) =>
    withRoom(settings, wanted, async (client, summary) => {
      const { room } = summary;
      const { terminal } = surroundings;
      const text = await readMessage(word, terminal);
      if (!text.ok) return failed(text.message);
      const { to = [], 'reply-to': replyTo } = settings;
      const whisper = await whisperTo(client, summary, to, replyTo);
      if (!whisper.ok) return failed(whisper.message);

      const id = newMessageId();
      const sent = await client.request('sendMessage', {
        ...{ room, id, text: text.value },
        ...(replyTo !== undefined && { replyTo }),
        ...(whisper.value.length > 0 && { whisperTo: whisper.value }),
      });
      if (!sent.ok) return failed(sent.error.message);
      terminal.result(settings.json ? jsonLine({ id }) : id);
      const held = await heldWords(client, summary);
      if (settings.wait === 'saved') {
        if (held !== undefined) terminal.note(`It is stored here and ${held}`);
        return done;
      }

      const acknowledged = await waitFor<true>(
        (found) => watch(client, room, id, found),
        settings.timeout,
        surroundings.ending,
      );
      if (acknowledged) return done;
      if (held !== undefined) return failed(`it is stored here and ${held}`);
      return failed('the relay has not acknowledged it yet; it is stored here and will be sent');
    }),
});

/** Calls `found` once the relay has the message; it may have it already. */
function watch(client: LocalClient, room: string, id: string, found: (value: true) => void): () => void {
  const look = async () => {
    const page = await client.request('getTimeline', { room, from: { at: 'around', id }, limit: 1 });
    const row = page.ok ? page.value.rows.find((candidate) => candidate.id === id) : undefined;
    if (row?.kind === 'message' && row.delivery === 'relay') found(true);
  };
  const stopRows = client.on('rows', (changed) => {
    if (changed.room === room && changed.rows.some((row) => row.id === id)) void look();
  });
  const stopConnection = client.onConnection((connection) => {
    if (connection === 'online') void look();
  });
  void look();
  return () => {
    stopRows();
    stopConnection();
  };
}
