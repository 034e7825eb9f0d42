/*
 * The limits that answers told of: how often a call may be made, how often it still may, and when all of it is back. It
 * reads the headers (RateLimit-Limit, -Remaining, -Reset) and knows no limit by itself.
 */
const table = document.getElementById('limits');
const rows = table.querySelector('tbody');

/** Calls that were made longer ago leave the table. */
const MOST_ROWS = 12;

/** Ids have 26 characters and mean nothing here: one row for a call, whatever it was made of. */
const ID = /\/(?:app_)?[0-9a-hjkmnp-tv-z]{26}(?=\/|$)/g;

/**
 * Notes what an answer says of limits; the call that was made last stands first.
 *
 * @param {{method: string, url: string}} request
 * @param {{headers: ?Headers}} answer
 */
export function noteLimit({ method, url }, { headers }) {
	const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => headers?.get(`ratelimit-${name}`));
	if (!limit) return;
	const call = `${method} ${new URL(url).pathname.replace(ID, '/…')}`;
	const row = document.createElement('tr');
	row.dataset.call = call;
	row.append(cell('th', call), cell('td', `${remaining} of ${limit}`), cell('td', `${reset} s`));
	row.firstElementChild.scope = 'row';
	row.classList.toggle('bad', remaining === '0');
	for (const old of [...rows.children].filter((one) => one.dataset.call === call)) old.remove();
	rows.prepend(row);
	while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
	table.hidden = false;
}

function cell(name, textContent) {
	return Object.assign(document.createElement(name), { textContent });
}
