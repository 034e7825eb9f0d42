import { describe, expect, it } from 'vitest';
import type { WebhookDelivery } from '$lib/api/types';
import { DeliveryLog } from './log.svelte';

const delivery = (delivery_id: string, attempts: number) => ({ delivery_id, attempts }) as WebhookDelivery;

/** A log whose newest page is another one at each reading, the last one for ever. */
async function logOf(...pages: WebhookDelivery[][]) {
	let read = -1;
	const pauses: number[] = [];
	const log = await DeliveryLog.first(
		() => {
			read = Math.min(read + 1, pages.length - 1);
			return Promise.resolve({ items: pages[read] ?? [], next_cursor: null });
		},
		(milliseconds) => {
			pauses.push(milliseconds);
			return Promise.resolve();
		},
	);
	return { log, pauses };
}

describe('the log of what was sent', () => {
	it('shows a test at once, and then what came of it', async () => {
		const { log, pauses } = await logOf([], [delivery('a', 0)], [delivery('a', 1)], []);
		const followed = log.follow(delivery('a', 0));
		expect(log.paged.items).toEqual([delivery('a', 0)]);
		await followed;
		expect(log.paged.items).toEqual([delivery('a', 1)]);
		expect(pauses).toHaveLength(2);
	});

	it('does not wait for ever', async () => {
		const { log, pauses } = await logOf([], [delivery('a', 0)]);
		await log.follow(delivery('a', 0));
		expect(pauses).toHaveLength(3);
		expect(log.paged.items).toEqual([delivery('a', 0)]);
	});

	it('is read again from its beginning', async () => {
		const { log } = await logOf([delivery('a', 1)], [delivery('b', 1), delivery('a', 1)]);
		await log.again();
		expect(log.paged.items.map(({ delivery_id }) => delivery_id)).toEqual(['b', 'a']);
	});
});
