// A mail server that keeps every letter and sends none: as much SMTP (RFC 5321) as one letter needs.
import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const END = '\r\n.\r\n';

export class Mailbox {
	private readonly letters: string[] = [];
	private readonly arrivals = new EventEmitter();
	private readonly server: Server = createServer((socket) => this.serve(socket));

	static async open(): Promise<Mailbox> {
		const mailbox = new Mailbox();
		mailbox.server.listen(0, '127.0.0.1');
		await once(mailbox.server, 'listening');
		return mailbox;
	}

	/** What `mail.smtp` is to be. */
	get address(): string {
		return `smtp://localhost:${(this.server.address() as AddressInfo).port}`;
	}

	/** Waits for a letter that says this. */
	async letter(wanted: RegExp): Promise<RegExpExecArray> {
		for (let read = 0; ; read += 1) {
			if (read === this.letters.length) await once(this.arrivals, 'letter');
			const found = wanted.exec(this.letters[read] ?? '');
			if (found) return found;
		}
	}

	close(): void {
		this.server.close();
	}

	private serve(socket: Socket): void {
		let unread = '';
		let inLetter = false;
		socket.on('error', () => socket.destroy());
		socket.on('data', (bytes) => {
			unread += bytes.toString('latin1');
			for (;;) {
				const mark = inLetter ? END : '\r\n';
				const end = unread.indexOf(mark);
				if (end < 0) return;
				const said = unread.slice(0, end);
				unread = unread.slice(end + mark.length);
				if (inLetter) this.keep(said);
				inLetter = !inLetter && said.toUpperCase() === 'DATA';
				socket.write(inLetter ? '354 Go on\r\n' : '250 Fine\r\n');
			}
		});
		socket.write('220 Mailbox\r\n');
	}

	/** Lines that were broken for the journey are put together again. */
	private keep(letter: string): void {
		this.letters.push(letter.replaceAll('=\r\n', '').replaceAll('=3D', '='));
		this.arrivals.emit('letter');
	}
}
