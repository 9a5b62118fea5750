import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// A test runner sets NODE_ENV for itself: the page that it builds is the one that people get all the same.
process.env['NODE_ENV'] = 'production';

/**
 * The page is served under a Content-Security-Policy without `unsafe-inline` and with Trusted Types: nothing may
 * be inlined into the HTML, and no data: URL may stand for a script or a style.
 */
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
  },
});
