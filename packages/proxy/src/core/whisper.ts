/** Whispers (D4, D5): sealed for each recipient by itself, signed by nobody. */
export { sliceAddress, whisperExporter } from './whisper/epochSecrets.ts';
export { isWhisper, type WhisperSender, whisperSender } from './whisper/header.ts';
export { type OpenedWhisper, openWhisper } from './whisper/open.ts';
export {
  composeWhisper,
  type Reader,
  sealWhisper,
  type WhisperEntry,
  type WhisperOptions,
} from './whisper/seal.ts';
