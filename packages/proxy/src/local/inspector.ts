/**
 * Node opens an inspector when the process gets SIGUSR1: any program of the same user could then read keys from
 * memory without a trace. A listener of one's own takes the signal's place.
 */
export function refuseInspector(log: (event: string) => void = () => {}): void {
  if (process.platform === 'win32') return;
  process.on('SIGUSR1', () => log('inspectorRefused'));
}
