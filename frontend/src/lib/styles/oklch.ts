// OKLCH to relative luminance, for the contrast test: Ottosson's matrices and WCAG 2.2's formulas.

/** `oklch(56% 0.15 45)` as lightness 0 to 1, chroma, hue in degrees. An alpha is not read. */
export function parseOklch(text: string): [lightness: number, chroma: number, hue: number] {
	const parts = /^oklch\(\s*([\d.]+)%\s+([\d.]+)\s+([\d.]+)/.exec(text);
	if (!parts) throw new Error(`\`${text}\` is no oklch() colour`);
	return [Number(parts[1]) / 100, Number(parts[2]), Number(parts[3])];
}

/** WCAG contrast of two `oklch()` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
	const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
	const [lightness, chroma, hue] = parseOklch(colour);
	const a = chroma * Math.cos((hue * Math.PI) / 180);
	const b = chroma * Math.sin((hue * Math.PI) / 180);
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
	const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
	const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
	// Outside sRGB a screen shows the nearest it has.
	const [r, g, u] = [red, green, blue].map((part) => Math.min(1, Math.max(0, part))) as [
		number,
		number,
		number,
	];
	return 0.2126 * r + 0.7152 * g + 0.0722 * u;
}
