// How the sizes of a photograph become what <picture> wants. Pure.
import type { Media, Variant } from '$lib/api/types';

/** One <source>: all sizes of one file type. */
export interface Source {
	type: string;
	srcset: string;
}

/** Best compression first: a browser takes the first type it can show. */
const PREFERENCE = ['image/avif', 'image/webp', 'image/jpeg', 'image/png'];

export function sourcesOf(media: Media): Source[] {
	const types = [...new Set(media.variants.map((variant) => variant.type))];
	types.sort((one, other) => rank(one) - rank(other));
	return types.map((type) => ({ type, srcset: srcset(media.variants, type) }));
}

/** The address for a browser that knows no <picture>: the medium size of the most common type. */
export function fallbackOf(media: Media): string | undefined {
	const plainest = [...media.variants].sort(
		(one, other) => rank(other.type) - rank(one.type) || distance(one) - distance(other),
	);
	return plainest[0]?.url;
}

/** The smallest size that is at least this wide, for a place that never grows. */
export function variantAtLeast(media: Media, width: number): Variant | undefined {
	const ascending = [...media.variants].sort((one, other) => one.width - other.width);
	return ascending.find((variant) => variant.width >= width) ?? ascending.at(-1);
}

/** Width over height, within what the place allows; 1 where the size is unknown. */
export function aspect(media: Media | undefined, narrowest = 0, widest = Infinity): number {
	if (!media?.width || !media.height) return 1;
	return Math.min(widest, Math.max(narrowest, media.width / media.height));
}

function srcset(variants: readonly Variant[], type: string): string {
	return variants
		.filter((variant) => variant.type === type)
		.map((variant) => `${variant.url} ${variant.width}w`)
		.join(', ');
}

function rank(type: string): number {
	const place = PREFERENCE.indexOf(type);
	return place === -1 ? PREFERENCE.length : place;
}

function distance(variant: Variant): number {
	return Math.abs(variant.width - 1080);
}
