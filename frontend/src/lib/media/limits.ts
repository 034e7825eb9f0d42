// What is said of photographs before the pick, and checked before the first byte. How much fits is the server's to say
// (state/limits.svelte.ts); here is what the browser's own picker is told, and how sizes are said.

/** The kinds of pictures that the server can read. */
export const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

/** Megabytes as people say them, one decimal below ten. A megabyte is a million bytes, as in the server's settings. */
export function megabytes(bytes: number, locale: string): string {
	const size = bytes / 1_000_000;
	return new Intl.NumberFormat(locale, { maximumFractionDigits: size < 10 ? 1 : 0 }).format(size);
}

/** Megapixels as people say them. */
export function megapixels(pixels: number, locale: string): string {
	return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(pixels / 1_000_000);
}
