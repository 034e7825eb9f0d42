// How much fits, as the server says it: asked for once a tab, by the first view that needs it. Whoever sends something
// too large anyway is told by the server; this only spares the way.
import type { Sizes } from '$lib/api/types';

export class Limits {
	/** Null until the server has said it. */
	current = $state.raw<Sizes | null>(null);

	private asked: Promise<Sizes> | null = null;

	constructor(private readonly ask: () => Promise<Sizes>) {}

	/** The sizes; throws where the server cannot be asked. The next call asks again then. */
	ready(): Promise<Sizes> {
		this.asked ??= this.learn();
		return this.asked;
	}

	/** Asks, where nobody needs to wait for the answer. */
	want(): void {
		void this.ready().catch(() => undefined);
	}

	private async learn(): Promise<Sizes> {
		try {
			return (this.current = await this.ask());
		} catch (thrown) {
			this.asked = null;
			throw thrown;
		}
	}
}
