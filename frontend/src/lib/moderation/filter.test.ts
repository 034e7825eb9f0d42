import { describe, expect, it } from 'vitest';
import { FILTERS, addressOf, filterOf, questionOf } from './filter';

const at = (address: string) => new URL(address, 'https://tapri.example');

describe('which accounts are listed', () => {
	it('stands in the address, and is read back from it', () => {
		for (const filter of FILTERS) {
			expect(filterOf(at(addressOf('asha k', filter)))).toEqual({ q: 'asha k', filter });
		}
		expect(addressOf('', 'all')).toBe('/admin/people');
	});

	it('is everybody where the address says nothing that is known', () => {
		expect(filterOf(at('/admin/people?show=king'))).toEqual({ q: '', filter: 'all' });
	});

	it('is asked of the server without what nobody asked', () => {
		expect(questionOf('', 'all')).toEqual({});
		expect(questionOf('asha', 'mod')).toEqual({ q: 'asha', role: 'mod' });
		expect(questionOf('', 'suspended')).toEqual({ suspended: true });
	});
});
