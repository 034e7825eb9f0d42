import { describe, expect, it } from 'vitest';
import type { Media } from '$lib/api/types';
import { aspect, fallbackOf, sourcesOf, variantAtLeast } from './sources';

const variant = (width: number, type: string) => ({
	url: `/media/x/${width}.${type}`,
	width,
	height: width,
	type: `image/${type}`,
});

const media = (width: number, height: number): Media => ({
	media_id: 'm',
	state: 'ready',
	alt: '',
	width,
	height,
	thumbhash: null,
	variants: [variant(320, 'webp'), variant(1080, 'webp'), variant(320, 'avif'), variant(1080, 'jpeg')],
});

describe('the sources of a photograph', () => {
	it('come one a type, best compression first', () => {
		expect(sourcesOf(media(100, 100))).toEqual([
			{ type: 'image/avif', srcset: '/media/x/320.avif 320w' },
			{ type: 'image/webp', srcset: '/media/x/320.webp 320w, /media/x/1080.webp 1080w' },
			{ type: 'image/jpeg', srcset: '/media/x/1080.jpeg 1080w' },
		]);
	});

	it('fall back to the plainest type in a medium size', () => {
		expect(fallbackOf(media(100, 100))).toBe('/media/x/1080.jpeg');
	});

	it('give the smallest that is large enough, else the largest', () => {
		expect(variantAtLeast(media(1, 1), 300)?.width).toBe(320);
		expect(variantAtLeast(media(1, 1), 5000)?.width).toBe(1080);
	});

	it('keep their shape within what a place allows', () => {
		expect(aspect(media(300, 200))).toBe(1.5);
		expect(aspect(media(200, 400), 0.8)).toBe(0.8);
		expect(aspect(undefined)).toBe(1);
	});
});
