import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './oklch';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** Each colour token's value in one theme. */
function tokens(theme: 'light' | 'dark'): Map<string, string> {
	const found = [
		...css.matchAll(/--([a-z-]+):\s*(light-dark\((oklch\([^)]*\)),\s*(oklch\([^)]*\))\)|oklch\([^)]*\));/g),
	];
	return new Map(
		found.map(
			([, name, only, light, dark]) => [name, (theme === 'light' ? light : dark) ?? only] as [string, string],
		),
	);
}

const TEXT = 4.5;
const CONTROL = 3;

/** What stands on what. A new pair that a component shows belongs here. */
const PAIRS: [front: string, grounds: string[], ratio: number][] = [
	['ink', ['paper', 'paper-raised', 'paper-sunken'], TEXT],
	['ink-soft', ['paper', 'paper-raised', 'paper-sunken'], TEXT],
	['paper', ['ink'], TEXT],
	['on-chai', ['chai', 'chai-pressed'], TEXT],
	['leaf', ['paper', 'paper-raised'], TEXT],
	['alarm', ['paper', 'paper-raised', 'paper-sunken'], TEXT],
	['chai', ['paper', 'paper-raised', 'paper-sunken'], CONTROL],
	['edge', ['paper', 'paper-raised', 'paper-sunken'], CONTROL],
	['on-photo', ['photo-shade'], TEXT],
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
	const colours = tokens(theme);
	const colour = (name: string) => {
		const value = colours.get(name);
		if (!value) throw new Error(`tokens.css has no colour --${name}`);
		return value;
	};
	const cases = PAIRS.flatMap(([front, grounds, ratio]) =>
		grounds.map((ground) => ({ front, ground, ratio })),
	);

	it.each(cases)('$front on $ground has at least $ratio : 1', ({ front, ground, ratio }) => {
		expect(contrast(colour(front), colour(ground))).toBeGreaterThanOrEqual(ratio);
	});
});

describe('contrast', () => {
	it('knows black on white and a colour on itself', () => {
		expect(contrast('oklch(0% 0 0)', 'oklch(100% 0 0)')).toBeCloseTo(21, 1);
		expect(contrast('oklch(56% 0.15 45)', 'oklch(56% 0.15 45)')).toBe(1);
	});
});
