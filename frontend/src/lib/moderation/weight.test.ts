import { describe, expect, it } from 'vitest';
import { mostGiven, weighed } from './weight';

describe('the reasons of reports', () => {
	it('stand with the commonest first, and as they are offered where alike', () => {
		expect(weighed({ illegal: 1, abuse: 3, spam: 1 })).toEqual([
			{ reason: 'abuse', count: 3 },
			{ reason: 'spam', count: 1 },
			{ reason: 'illegal', count: 1 },
		]);
	});

	it('leave out what nobody gave', () => {
		expect(weighed({ spam: 0, violence: 2 })).toEqual([{ reason: 'violence', count: 2 }]);
		expect(mostGiven({})).toBe('other');
	});
});
