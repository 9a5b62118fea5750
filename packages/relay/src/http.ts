import type { IncomingMessage, ServerResponse } from 'node:http';

const about = `This is a relay of otr-chatroom, an off-the-record chatroom.

It puts encrypted messages in order and keeps them until they are fetched. It holds no key to read them.
To use it, run the proxy on your own machine with this relay's address.
`;

/** What a person or a supervisor sees who opens the relay's address: a page of text, and /healthz. */
export function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && request.url === '/') say(response, 200, about);
  else if (isRead && request.url === '/healthz') say(response, 200, 'ok\n');
  else say(response, 404, 'Not found.\n');
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(text);
}
