import { describe, expect, it, vi } from 'vitest';
import type { Sizes } from '$lib/api/types';
import { Limits } from './limits.svelte';

const SIZES: Sizes = {
	upload: { max_bytes: 5_000_000, max_pixels: 9_000_000, per_post: 3 },
	text: { title: 10, caption: 20, comment: 30, bio: 40, alt: 50 },
};

describe('how much fits', () => {
	it('is asked for once, however many want to know', async () => {
		const ask = vi.fn(() => Promise.resolve(SIZES));
		const limits = new Limits(ask);
		expect(limits.current).toBeNull();
		limits.want();
		expect(await Promise.all([limits.ready(), limits.ready()])).toEqual([SIZES, SIZES]);
		expect(limits.current).toEqual(SIZES);
		expect(ask).toHaveBeenCalledTimes(1);
	});

	it('is asked for again after nobody answered', async () => {
		const ask = vi.fn().mockRejectedValueOnce(new Error('no answer')).mockResolvedValueOnce(SIZES);
		const limits = new Limits(ask);
		await expect(limits.ready()).rejects.toThrow('no answer');
		await expect(limits.ready()).resolves.toEqual(SIZES);
	});
});
