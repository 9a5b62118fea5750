/** Whether this Node, as in `process.versions.node`, runs the sources. */
export function runsSources(version: string): boolean;
/** The file of a Node that runs the sources: the current one, or the one in node_modules under `root`. */
export function findNode(root: string): string | undefined;
