import { describe, expect, it } from 'vitest';
import { Intent } from './intent';

/** An intent whose requests are answered by hand. */
function byHand(confirmed: boolean) {
	const sent: boolean[] = [];
	const shown: boolean[] = [];
	const refusals: unknown[] = [];
	let answer: (thrown?: unknown) => void = () => undefined;
	const intent = new Intent(confirmed, {
		send(on) {
			sent.push(on);
			return new Promise((resolve, reject) => {
				answer = (thrown) => (thrown === undefined ? resolve() : reject(thrown));
			});
		},
		show: (on) => void shown.push(on),
		refused: (thrown) => void refusals.push(thrown),
	});
	return { intent, sent, shown, refusals, answer: (thrown?: unknown) => answer(thrown) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('an intent', () => {
	it('shows what was wanted before the server has answered', () => {
		const { intent, sent, shown } = byHand(false);
		void intent.want(true);
		expect(shown).toEqual([true]);
		expect(sent).toEqual([true]);
	});

	it('puts the old value back and tells why when the server refuses', async () => {
		const { intent, shown, refusals, answer } = byHand(false);
		const settled = intent.want(true);
		answer('gone');
		await settled;
		expect(shown).toEqual([true, false]);
		expect(refusals).toEqual(['gone']);
	});

	it('sends one request at a time, and the last intent wins', async () => {
		const { intent, sent, shown, answer } = byHand(false);
		void intent.want(true);
		void intent.want(false);
		const settled = intent.want(false);
		expect(sent).toEqual([true]);
		answer();
		await turn();
		expect(sent).toEqual([true, false]);
		answer();
		await settled;
		expect(shown).toEqual([true, false, false]);
	});

	it('sends nothing more when it was changed there and back while waiting', async () => {
		const { intent, sent, answer } = byHand(false);
		void intent.want(true);
		void intent.want(false);
		const settled = intent.want(true);
		answer();
		await settled;
		expect(sent).toEqual([true]);
	});

	it('goes back to what the server last confirmed, not to what was shown first', async () => {
		const { intent, shown, answer } = byHand(false);
		void intent.want(true);
		answer();
		await turn();
		const settled = intent.want(false);
		answer('down');
		await settled;
		expect(shown).toEqual([true, false, true]);
	});

	it('can be tried again after a refusal', async () => {
		const { intent, sent, answer } = byHand(false);
		const first = intent.want(true);
		answer('down');
		await first;
		const second = intent.want(true);
		answer();
		await second;
		expect(sent).toEqual([true, true]);
	});
});
