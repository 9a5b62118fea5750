import type { Reporter, TestModule } from 'vitest/node';

/** Counts tests over several runs. A file that cannot be loaded and an error outside any test are failures too. */
export function createCounter() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const reporter: Reporter = {
    onTestRunEnd(modules, errors) {
      counts.failed += errors.length;
      for (const module of modules) countModule(module);
    },
  };

  function countModule(module: TestModule): void {
    counts.failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // Pending at the end of the run: it never finished.
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
  }

  return {
    reporter,
    /** Nothing failed, and something ran. */
    succeeded: () => counts.failed === 0 && counts.passed > 0,
    summary() {
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
    },
  };
}
