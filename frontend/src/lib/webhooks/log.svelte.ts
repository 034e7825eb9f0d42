// What was sent to one webhook, newest first. After something is sent by hand the log is read again, until it is seen what
// came of it or it is not to be waited for.
import type { WebhookDelivery } from '$lib/api/types';
import { Paged, type FetchPage } from '$lib/state/paged.svelte';

/** Milliseconds before each look at what was sent by hand. */
const LOOKS = [500, 1500, 3000];

export class DeliveryLog {
	paged: Paged<WebhookDelivery>;

	private constructor(
		private readonly fetchPage: FetchPage<WebhookDelivery>,
		private readonly pause: (milliseconds: number) => Promise<void>,
		first: Paged<WebhookDelivery>,
	) {
		this.paged = $state.raw(first);
	}

	/** The log with its first page read; throws what the fetch throws. */
	static async first(fetchPage: FetchPage<WebhookDelivery>, pause = wait): Promise<DeliveryLog> {
		return new DeliveryLog(fetchPage, pause, await Paged.first(fetchPage));
	}

	/** Reads the newest page again; throws what the fetch throws. */
	async again(): Promise<void> {
		this.paged = await Paged.first(this.fetchPage);
	}

	/** Shows what was just sent by hand, and what comes of it. */
	async follow(sent: WebhookDelivery): Promise<void> {
		this.paged.prepend(sent);
		for (const milliseconds of LOOKS) {
			await this.pause(milliseconds);
			await this.again();
			const now = this.paged.items.find(({ delivery_id }) => delivery_id === sent.delivery_id);
			if (now === undefined || now.attempts > 0) return;
		}
	}
}

function wait(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
