/** The browser for the tests: the one named by CHROMIUM, or one that is installed. */
export function findChromium(): string | undefined;
