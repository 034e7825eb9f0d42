// The present, to the minute, for everything on the page that says "3 minutes ago": one timer for all of
// them, and none when nothing asks.
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
	const timer = setInterval(update, 60_000);
	return () => clearInterval(timer);
});

export const minutes = {
	/** Milliseconds since 1970; read in a component, it is read again each minute. */
	get now(): number {
		subscribe();
		return Date.now();
	},
};
