// What a page showed stays in memory for its history entry, so that Back finds the same list with the same
// post under the eye. Lives as long as the tab; the newest entries are kept.

/** Where the reader was: an element and its distance from the top of the window, in CSS pixels. */
export interface Anchor {
	id: string;
	offset: number;
}

const KEPT = 12;

export class PageMemory {
	/** Whether the navigation under way goes back or forward in the history. */
	returning = false;

	private readonly pages = new Map<string, { value: unknown; anchor: Anchor | null }>();

	/** What was kept for this page when the reader comes back to it, else what `make` makes. */
	async recall<T>(key: string, make: () => Promise<T>): Promise<T> {
		const kept = this.pages.get(key);
		if (this.returning && kept) return kept.value as T;
		const value = await make();
		this.pages.delete(key);
		this.pages.set(key, { value, anchor: null });
		const [oldest] = this.pages.keys();
		if (this.pages.size > KEPT && oldest !== undefined) this.pages.delete(oldest);
		return value;
	}

	/** Notes where the reader is on a page that is about to be left. */
	mark(key: string, anchor: Anchor | null): void {
		const kept = this.pages.get(key);
		if (kept) kept.anchor = anchor;
	}

	/** Where the reader was, when this is a return. */
	anchor(key: string): Anchor | null {
		return this.returning ? (this.pages.get(key)?.anchor ?? null) : null;
	}

	/** Drops everything: another person may be looking now. */
	clear(): void {
		this.pages.clear();
	}
}
