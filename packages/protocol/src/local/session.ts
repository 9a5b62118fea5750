import { z } from 'zod';
import { base64urlText } from '../bytes.ts';

/**
 * How a page becomes a local client. The address carries a one-time code in its fragment
 * (`http://<label>.localhost:<port>/#code=<code>`). The page asks for a challenge, answers with
 * HMAC-SHA-256(code, label ‖ challenge), and gets a token that lives as long as the proxy's process. The code
 * itself never leaves the page, so a program that took over the port learns nothing from the question.
 */
export const sessionPaths = { challenge: '/session/challenge', token: '/session/token' } as const;

export const sessionChallenge = z.object({ challenge: base64urlText(32) });
export const sessionRequest = z.object({ challenge: base64urlText(32), response: base64urlText(32) });
export const sessionToken = z.object({ token: base64urlText(32) });

/** What the code's HMAC covers before the challenge's 32 bytes. */
export const sessionLabel = 'otr-chatroom local session v1';

/** The Socket.IO handshake of a page: `auth` of `io(…)`. */
export const sessionAuth = z.object({ token: base64urlText(32) });
