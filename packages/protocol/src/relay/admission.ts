import { z } from 'zod';

/**
 * What a private relay asks for once a connection, in Socket.IO's handshake: `auth: { admission }` (rule A5). Long
 * enough not to be guessed; characters that survive being copied and listed.
 */
export const admissionToken = z
  .string()
  .min(16)
  .max(200)
  .regex(/^[!-+\--~]+$/);
