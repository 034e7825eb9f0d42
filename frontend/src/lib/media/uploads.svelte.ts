// The photographs of a post that is being made: each is sent as soon as it is picked, on its own, with its
// own progress and its own reason when it fails.
import type { Api } from '$lib/api/client';
import { REASONS } from '$lib/api/reasons';
import { words } from '$lib/api/words';
import type { Media } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import { getLocale } from '$lib/paraglide/runtime.js';
import { deleteMedia, describeMedia, readMedia } from './calls';
import type { Limits } from '$lib/state/limits.svelte';
import { megabytes, TYPES } from './limits';
import { sendFile } from './send-file';

type State = 'sending' | 'processing' | 'ready' | 'failed';

/** How often the server is asked whether a photograph is ready, in milliseconds. */
const ASK_EVERY = 700;

export class Upload {
	readonly id = crypto.randomUUID();
	/** For the eye, from the file itself. */
	readonly preview: string;
	state = $state<State>('sending');
	/** Share that has left, 0 to 1. */
	progress = $state(0);
	/** Why it failed, in words. */
	problem = $state('');
	alt = $state('');
	media: Media | null = null;

	private readonly giveUp = new AbortController();

	constructor(
		readonly file: File,
		private readonly api: Api,
		private readonly limits: Limits,
	) {
		this.preview = URL.createObjectURL(file);
	}

	/** Sends it and waits until the server can show it. Never throws. */
	async run(): Promise<void> {
		this.state = 'sending';
		this.progress = 0;
		try {
			this.problem = refusalOf(this.file, (await this.limits.ready()).upload.max_bytes) ?? '';
			if (this.problem) {
				this.state = 'failed';
				return;
			}
			this.media = await sendFile(
				{
					file: this.file,
					progress: (share) => (this.progress = share),
					signal: this.giveUp.signal,
					key: this.id,
				},
				this.api.credentials,
			);
			this.state = 'processing';
			await this.untilReady(this.media.media_id);
		} catch (thrown) {
			if (this.giveUp.signal.aborted) return;
			this.problem = words(thrown);
			this.state = 'failed';
		}
	}

	/** Tells the server what is on it, where that has changed. */
	async describe(): Promise<void> {
		const alt = this.alt.trim();
		if (!this.media || alt === (this.media.alt ?? '')) return;
		this.media = await describeMedia(this.api, this.media.media_id, alt);
	}

	/** Takes it away, here and on the server. */
	discard(): void {
		this.giveUp.abort(new DOMException('discarded', 'AbortError'));
		this.release();
		// Nobody waits: what stays behind unused is swept up by the server.
		if (this.media) void deleteMedia(this.api, this.media.media_id).catch(() => undefined);
	}

	/** Gives the preview's memory back. */
	release(): void {
		URL.revokeObjectURL(this.preview);
	}

	private async untilReady(id: string): Promise<void> {
		let media = this.media;
		while (media?.state === 'processing') {
			await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
			if (this.giveUp.signal.aborted) return;
			media = await readMedia(this.api, id);
		}
		this.media = media;
		this.state = media?.state === 'ready' ? 'ready' : 'failed';
		if (this.state === 'failed')
			this.problem = (media?.reason && REASONS[media.reason]?.()) || m.photo_unreadable();
	}
}

export class Uploads {
	items = $state<Upload[]>([]);

	constructor(
		private readonly api: Api,
		private readonly limits: Limits,
	) {}

	/** Whether a post can hold another one. */
	get hasRoom(): boolean {
		return this.items.length < this.most;
	}

	get ready(): boolean {
		return this.items.every(({ state }) => state === 'ready');
	}

	get failed(): boolean {
		return this.items.some(({ state }) => state === 'failed');
	}

	/** Takes as many as fit and starts them. Returns how many were left out. */
	add(files: Iterable<File>): number {
		const picked = [...files];
		const taken = picked.slice(0, this.most - this.items.length);
		const added = taken.map((file) => new Upload(file, this.api, this.limits));
		this.items.push(...added);
		// Each reports its own end in its own state.
		for (const upload of added) void upload.run();
		return picked.length - taken.length;
	}

	remove(upload: Upload): void {
		upload.discard();
		this.items = this.items.filter(({ id }) => id !== upload.id);
	}

	/** Moves a photograph one place; its neighbour takes its own. */
	move(index: number, step: -1 | 1): void {
		const items = [...this.items];
		const [moved] = items.splice(index, 1);
		if (!moved) return;
		items.splice(index + step, 0, moved);
		this.items = items;
	}

	async describe(): Promise<void> {
		await Promise.all(this.items.map((upload) => upload.describe()));
	}

	/** Photographs that a post holds; the server knows, and has said so before anybody has picked that many. */
	private get most(): number {
		return this.limits.current?.upload.per_post ?? Infinity;
	}

	release(): void {
		for (const upload of this.items) upload.release();
	}
}

/** Why a file need not be sent at all, or null. */
function refusalOf(file: File, limit: number): string | null {
	const locale = getLocale();
	if (file.size > limit) {
		return m.photo_too_large({
			size: megabytes(file.size, locale),
			limit: megabytes(limit, locale),
		});
	}
	return TYPES.includes(file.type) ? null : m.photo_type({ name: file.name });
}
