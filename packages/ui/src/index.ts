/** Where `vite build` puts the page: what the proxy serves. */
export const pageFolder = new URL('../dist/', import.meta.url);
