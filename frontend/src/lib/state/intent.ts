// A switch that answers before the server does: like, follow. It shows what was wanted last, sends one
// request at a time, skips what was changed back meanwhile, and puts the old value back when refused.

/** What an intent needs: how to send, what to show, whom to tell. */
export interface IntentWorld {
	/** Makes the server's value this one; throws when refused. */
	send(on: boolean): Promise<void>;
	/** Shows this value to the reader. */
	show(on: boolean): void;
	/** Told why the shown value was put back. */
	refused(thrown: unknown): void;
}

export class Intent {
	private wanted: boolean;
	private running: Promise<void> | null = null;

	constructor(
		private confirmed: boolean,
		private readonly world: IntentWorld,
	) {
		this.wanted = confirmed;
	}

	/** Shows `on` at once and brings the server there; resolves when both agree. Never throws. */
	want(on: boolean): Promise<void> {
		this.wanted = on;
		this.world.show(on);
		this.running ??= this.run().finally(() => (this.running = null));
		return this.running;
	}

	private async run(): Promise<void> {
		while (this.wanted !== this.confirmed) {
			const sending = this.wanted;
			try {
				await this.world.send(sending);
				this.confirmed = sending;
			} catch (thrown) {
				this.wanted = this.confirmed;
				this.world.show(this.confirmed);
				this.world.refused(thrown);
			}
		}
	}
}
