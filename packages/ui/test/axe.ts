import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Runs axe in the page. The protocol's own evaluation is not bound by the page's CSP, which stays in force. */
export async function axeViolations(page: Page): Promise<string[]> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Runtime.evaluate', { expression: await source });
  const { result } = await cdp.send('Runtime.evaluate', {
    expression:
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))",
    awaitPromise: true,
    returnByValue: true,
  });
  await cdp.detach();
  const violations: Violation[] = JSON.parse(String(result.value ?? 'null')) ?? [];
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(
        ({ html, failureSummary }) =>
          `${id} (${impact}) ${help}\n    ${html.slice(0, 200)}\n    ${failureSummary.replaceAll('\n', ' ')}`,
      ),
  );
}
