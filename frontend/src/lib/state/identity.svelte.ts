// One object for one thing: a post that stands in the feed, in a grid and on its own page is the same
// object, so that a like given here shows there.

export class IdentityMap<T extends object> {
	// Not a reactive map: nobody shows the map, only what is in it.
	// eslint-disable-next-line svelte/prefer-svelte-reactivity
	private readonly known = new Map<string, T>();

	/** @param idOf which field makes two answers the same thing */
	constructor(private readonly idOf: (value: T) => string) {}

	/** The one object for this thing, brought up to what the server just said. */
	keep(fresh: T): T {
		const id = this.idOf(fresh);
		const known = this.known.get(id);
		if (known) return Object.assign(known, fresh);
		const kept = $state(fresh);
		this.known.set(id, kept);
		return kept;
	}

	forget(id: string): void {
		this.known.delete(id);
	}

	clear(): void {
		this.known.clear();
	}
}
