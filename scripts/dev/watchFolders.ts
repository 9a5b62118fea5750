import { mkdirSync, watch } from 'node:fs';

/** An editor and a build write several files for one change. */
const settleTime = 200;

/** Calls `changed` after changes in these folders have settled. Returns the way to stop. */
export function watchFolders(folders: readonly string[], changed: () => void): () => void {
  let settling: NodeJS.Timeout | undefined;
  const watchers = folders.map((folder) => {
    mkdirSync(folder, { recursive: true });
    return watch(folder, { recursive: true }, () => {
      clearTimeout(settling);
      settling = setTimeout(changed, settleTime);
    });
  });
  return () => {
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}
