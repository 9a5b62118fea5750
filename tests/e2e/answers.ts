import type { Page } from 'playwright-core';

/** What servers answered to a page, as it came over the network: also what the browser then kept from the page. */
export interface Answers {
  /** HTTP statuses of the answers of the server at this port; 101 for an open WebSocket. */
  from(port: number): number[];
}

/** Listens in on a page and on the windows that it opens. */
export async function collectAnswers(page: Page): Promise<Answers> {
  const asked = new Map<string, string>();
  const statuses = new Map<string, number>();
  await listen(page);
  page.on('popup', (popup) => void listen(popup).catch(() => {})); // it may be closed again by now

  async function listen(to: Page): Promise<void> {
    to.on('response', (response) => {
      asked.set(`seen ${response.url()}`, response.url());
      statuses.set(`seen ${response.url()}`, response.status());
    });
    const session = await to.context().newCDPSession(to);
    session.on('Network.requestWillBeSent', ({ requestId, request }) => asked.set(requestId, request.url));
    session.on('Network.webSocketCreated', ({ requestId, url }) => asked.set(requestId, url));
    session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) =>
      statuses.set(requestId, statusCode),
    );
    session.on('Network.webSocketHandshakeResponseReceived', ({ requestId, response }) =>
      statuses.set(requestId, response.status),
    );
    await session.send('Network.enable');
  }

  return {
    from: (port) =>
      [...asked].flatMap(([requestId, url]) => {
        const status = statuses.get(requestId);
        return new URL(url).port === String(port) && status !== undefined ? [status] : [];
      }),
  };
}
