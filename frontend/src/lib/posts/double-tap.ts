// Two touches in one place within a moment, without keeping a single press from doing its own work late.

/** How long a second touch may take, in milliseconds. */
const PATIENCE = 280;

export interface Taps {
	/** After one touch that stayed alone. */
	once(): void;
	twice(): void;
}

/** Returns what to call for each touch; `later` and `callOff` are `setTimeout` and `clearTimeout`. */
export function doubleTap(taps: Taps, later = setTimeout, callOff = clearTimeout): () => void {
	let waiting: ReturnType<typeof setTimeout> | null = null;
	return () => {
		if (waiting === null) {
			waiting = later(() => {
				waiting = null;
				taps.once();
			}, PATIENCE);
			return;
		}
		callOff(waiting);
		waiting = null;
		taps.twice();
	};
}
