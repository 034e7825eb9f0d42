// Where Tapri's mail goes during the journeys: a server that speaks as little SMTP (RFC 5321) as a sender needs, in the
// clear and on the loopback only, and keeps each letter as a file. `arrived` waits for one.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';

/** Listens on `port` and puts letters into `directory`. */
export function openMailbox(port: number, directory: string): Promise<Server> {
	mkdirSync(directory, { recursive: true });
	let count = 0;
	const server = createServer((socket) => {
		talk(socket, (letter) => {
			count += 1;
			writeFileSync(join(directory, `${String(count).padStart(4, '0')}.eml`), letter);
		});
	});
	return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

/** The newest letter to `address` whose text has a match for `wanted`; the match's first group. */
export async function arrived(directory: string, address: string, wanted: RegExp): Promise<string> {
	let found = '';
	await expect
		.poll(() => {
			const letters = readdirSync(directory).sort().reverse();
			const texts = letters.map((name) => readFileSync(join(directory, name), 'utf8'));
			const own = texts.filter((text) => text.includes(`To: ${address}`));
			found = own.map((text) => wanted.exec(plain(text))?.[1] ?? '').find(Boolean) ?? '';
			return found;
		})
		.not.toBe('');
	return found;
}

function talk(socket: Socket, keep: (letter: string) => void): void {
	let unread = '';
	let writing = false;
	const say = (line: string) => socket.write(`${line}\r\n`);
	say('220 mailbox');
	socket.setEncoding('utf8');
	// A sender that hangs up early has said what it wanted.
	socket.on('error', () => socket.destroy());
	socket.on('data', (chunk: string) => {
		unread += chunk;
		for (;;) {
			const end = writing ? unread.indexOf('\r\n.\r\n') : unread.indexOf('\r\n');
			if (end < 0) return;
			const said = unread.slice(0, end);
			unread = unread.slice(end + (writing ? 5 : 2));
			if (writing) {
				keep(said);
				writing = false;
				say('250 kept');
			} else if (/^DATA/i.test(said)) {
				writing = true;
				say('354 go on');
			} else if (/^QUIT/i.test(said)) {
				socket.end('221 bye\r\n');
			} else {
				say('250 mailbox');
			}
		}
	});
}

/** The text of a letter as it was written: quoted-printable undone (RFC 2045, 6.7). */
function plain(letter: string): string {
	const [head = '', ...rest] = letter.split('\r\n\r\n');
	const body = rest.join('\n\n');
	if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
	if (!/quoted-printable/i.test(head)) return body;
	return body
		.replace(/=\r?\n/g, '')
		.replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
