import { startRelay } from '@otr/relay';
import { Person } from './person.ts';
const relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:', log: (e, f) => console.log('relay', e, f) });
const log = (e: string, f: unknown) => console.log('proxy', e, f);
const ana = new Person({ relayUrl: relay.url, name: 'Ana', log, afterStep: (n) => console.log('ana', n, ana.room(room)?.state) });
ana.chat.subscribe((e) => console.log(JSON.stringify(e).slice(0, 200)));
let room = '';
room = await ana.create('Garden');
setTimeout(() => process.exit(), 2000);
