// What the server takes, said before the pick and checked before the first byte. The server's defaults.

export const LIMITS = {
	/** Bytes of one photograph. */
	bytes: 30 * 1024 * 1024,
	/** Photographs of one post. */
	photos: 20,
	alt: 1500,
	types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
} as const;

/** Whole megabytes as people say them; one decimal below ten. */
export function megabytes(bytes: number, locale: string): string {
	const size = bytes / (1024 * 1024);
	return new Intl.NumberFormat(locale, { maximumFractionDigits: size < 10 ? 1 : 0 }).format(size);
}
