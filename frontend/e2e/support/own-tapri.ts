// A Tapri of a test's own, for what the shared one is not set up for: other settings, fresh data, stopped at the end.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const BINARY =
	process.env.TAPRI_TEST_BINARY ?? join(import.meta.dirname, '../../../backend/target/debug/tapri');

export class OwnTapri {
	/** What it wrote, its text messages among it. */
	private log = '';

	private constructor(
		/** Where people go. */
		readonly origin: string,
		/** The resource server, by the name that the origin has. */
		readonly resource: string,
		private readonly data: string,
		private readonly process: ChildProcessByStdio<null, Readable, Readable>,
	) {}

	/** @param settings as in the environment, `TAPRI_SECTION__KEY` */
	static async start(settings: Record<string, string>): Promise<OwnTapri> {
		const [gateway, resource, auth] = await freePorts(3);
		const data = await mkdtemp(join(tmpdir(), 'tapri-own-'));
		const origin = `http://localhost:${gateway}`;
		const child = spawn(BINARY, ['up'], {
			env: {
				...process.env,
				TAPRI_ORIGIN: origin,
				TAPRI_DATA: data,
				TAPRI_GATEWAY__LISTEN: `127.0.0.1:${gateway}`,
				TAPRI_RESOURCE__LISTEN: `127.0.0.1:${resource}`,
				TAPRI_AUTH__LISTEN: `127.0.0.1:${auth}`,
				...settings,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const own = new OwnTapri(origin, `http://localhost:${resource}`, data, child);
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (text: Buffer) => (own.log += text.toString()));
		}
		await own.said(/Tapri is ready/);
		return own;
	}

	/** Waits until it wrote what is looked for. */
	async said(wanted: RegExp): Promise<RegExpExecArray> {
		for (;;) {
			const found = wanted.exec(this.log);
			if (found) return found;
			if (this.process.exitCode !== null) throw new Error(`tapri stopped: ${this.log}`);
			await Promise.race([
				once(this.process.stdout, 'data'),
				once(this.process.stderr, 'data'),
				once(this.process, 'exit'),
			]);
		}
	}

	async stop(): Promise<void> {
		const exited = once(this.process, 'exit');
		this.process.kill('SIGTERM');
		await exited;
		await rm(this.data, { recursive: true });
	}
}

/** Below the range from which the system hands out its own, so that nothing takes them meanwhile. */
async function freePorts(count: number): Promise<number[]> {
	const ports: number[] = [];
	while (ports.length < count) {
		const server = createServer();
		server.listen(20_000 + Math.floor(Math.random() * 12_000), '127.0.0.1');
		const [port] = await Promise.race([
			once(server, 'listening').then(() => [(server.address() as AddressInfo).port]),
			once(server, 'error').then(() => []),
		]);
		if (port !== undefined && !ports.includes(port)) ports.push(port);
		server.close();
	}
	return ports;
}
