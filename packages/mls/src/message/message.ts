import { decode, type Reader } from '../codec/reader.ts';
import { encode, type Writer } from '../codec/writer.ts';
import { check, fail } from '../errors.ts';
import { MLS10 } from './capabilities.ts';
import { wireFormats } from './framing.ts';
import { type GroupInfo, readGroupInfo, writeGroupInfo } from './groupInfo.ts';
import { type KeyPackage, readKeyPackage, writeKeyPackage } from './keyPackage.ts';
import { type PrivateMessage, readPrivateMessage, writePrivateMessage } from './privateMessage.ts';
import { type PublicMessage, readPublicMessage, writePublicMessage } from './publicMessage.ts';
import { readWelcome, type Welcome, writeWelcome } from './welcome.ts';

/** RFC 9420 §6: everything that travels, and the table of contents of the wire. */
export type Message =
  | { readonly type: 'publicMessage'; readonly publicMessage: PublicMessage }
  | { readonly type: 'privateMessage'; readonly privateMessage: PrivateMessage }
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'groupInfo'; readonly groupInfo: GroupInfo }
  | { readonly type: 'keyPackage'; readonly keyPackage: KeyPackage };

export function writeMessage(w: Writer, message: Message): void {
  w.u16(MLS10).u16(wireFormats[message.type]);
  switch (message.type) {
    case 'publicMessage':
      writePublicMessage(w, message.publicMessage);
      break;
    case 'privateMessage':
      writePrivateMessage(w, message.privateMessage);
      break;
    case 'welcome':
      writeWelcome(w, message.welcome);
      break;
    case 'groupInfo':
      writeGroupInfo(w, message.groupInfo);
      break;
    case 'keyPackage':
      writeKeyPackage(w, message.keyPackage);
      break;
  }
}

export function readMessage(r: Reader): Message {
  check(r.u16() === MLS10, 'unknownVersion');
  switch (r.u16()) {
    case wireFormats.publicMessage:
      return { type: 'publicMessage', publicMessage: readPublicMessage(r) };
    case wireFormats.privateMessage:
      return { type: 'privateMessage', privateMessage: readPrivateMessage(r) };
    case wireFormats.welcome:
      return { type: 'welcome', welcome: readWelcome(r) };
    case wireFormats.groupInfo:
      return { type: 'groupInfo', groupInfo: readGroupInfo(r) };
    case wireFormats.keyPackage:
      return { type: 'keyPackage', keyPackage: readKeyPackage(r) };
    default:
      return fail('unknownWireFormat');
  }
}

export const encodeMessage = (message: Message): Uint8Array => encode(message, writeMessage, 512);

/** Decodes one message that fills `bytes`. The bytes are copied: the caller may reuse its buffer. */
export const decodeMessage = (bytes: Uint8Array): Message => decode(new Uint8Array(bytes), readMessage);
