// A list that the server hands out page by page. Knows cursors and failures, not what the items are.
import type { Page } from '$lib/api/types';

type Status = 'idle' | 'loading' | 'failed';

/** Fetches the page after `cursor`; the first one where there is none. */
export type FetchPage<T> = (cursor?: string) => Promise<Page<T>>;

export class Paged<T> {
	items = $state<T[]>([]);
	status = $state<Status>('idle');
	/** Pages read so far. */
	pages = $state(0);
	/** What the last attempt threw, while `status` is `failed`. */
	thrown = $state.raw<unknown>(null);

	private cursor: string | undefined;

	constructor(private readonly fetchPage: FetchPage<T>) {}

	/** A list with its first page read; throws what the fetch throws. */
	static async first<T>(fetchPage: FetchPage<T>): Promise<Paged<T>> {
		const paged = new Paged(fetchPage);
		paged.take(await fetchPage());
		return paged;
	}

	get hasMore(): boolean {
		return this.pages === 0 || this.cursor !== undefined;
	}

	/** Reads the next page, unless one is being read or there is none. Never throws. */
	async more(): Promise<void> {
		if (this.status === 'loading' || !this.hasMore) return;
		this.status = 'loading';
		try {
			this.take(await this.fetchPage(this.cursor));
			this.status = 'idle';
		} catch (thrown) {
			this.thrown = thrown;
			this.status = 'failed';
		}
	}

	prepend(item: T): void {
		this.items.unshift(item);
	}

	append(item: T): void {
		this.items.push(item);
	}

	remove(match: (item: T) => boolean): void {
		this.items = this.items.filter((item) => !match(item));
	}

	private take(page: Page<T>): void {
		this.items.push(...page.items);
		this.cursor = page.next_cursor ?? undefined;
		this.pages += 1;
	}
}
