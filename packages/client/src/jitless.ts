import { config } from 'zod';

/**
 * The page's Content-Security-Policy allows no code from strings. Zod would try, fail and fall back, and the
 * browser would report each try. Must be evaluated before the first schema: keep it the first import.
 */
if ('document' in globalThis) config({ jitless: true });
