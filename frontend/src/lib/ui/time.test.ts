import { describe, expect, it } from 'vitest';
import { ahead, relative } from './time';

const NOW = Date.parse('2025-06-23T15:35:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe('a relative time', () => {
	it.each([
		[-30, 'now'],
		[20, 'now'],
		[60, '1 min. ago'],
		[59 * 60, '59 min. ago'],
		[3 * 3600 + 1800, '3 hr. ago'],
		[30 * 3600, 'yesterday'],
		[6 * 86400, '6 days ago'],
	])('of %i seconds is "%s"', (seconds, words) => {
		expect(relative(ago(seconds), NOW, 'en')).toBe(words);
	});

	it('is a date from a week on, with the year when it is another one', () => {
		expect(relative('2025-05-02T12:00:00Z', NOW, 'en')).toBe('May 2');
		expect(relative('2023-05-02T12:00:00Z', NOW, 'en')).toBe('May 2, 2023');
	});

	it('speaks Hindi', () => {
		expect(relative(ago(120), NOW, 'hi')).toBe('2 मि॰ पहले');
	});
});

describe('a time that is to come', () => {
	it.each([
		[20, 'now'],
		[-10, 'in 1 min.'],
		[-300, 'in 5 min.'],
		[-5400, 'in 2 hr.'],
		[-86401, 'in 2 days'],
	])('is never said too early: %i seconds ago is "%s"', (seconds, words) => {
		expect(ahead(ago(seconds), NOW, 'en')).toBe(words);
	});
});
