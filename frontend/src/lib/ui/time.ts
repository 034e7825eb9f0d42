// Moments in words. Pure: the present and the language are arguments.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** "3 min. ago", "yesterday"; from a week on the date, without the year while it is this one. */
export function relative(at: string, now: number, locale: string): string {
	const then = new Date(at);
	// A clock that runs ahead of the server's must not say "in 2 seconds".
	const seconds = Math.max(0, Math.round((now - then.getTime()) / 1000));
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
	if (seconds < MINUTE) return words.format(0, 'second');
	if (seconds < HOUR) return words.format(-Math.floor(seconds / MINUTE), 'minute');
	if (seconds < DAY) return words.format(-Math.floor(seconds / HOUR), 'hour');
	if (seconds < WEEK) return words.format(-Math.floor(seconds / DAY), 'day');
	const thisYear = then.getFullYear() === new Date(now).getFullYear();
	return new Intl.DateTimeFormat(locale, {
		day: 'numeric',
		month: 'short',
		...(thisYear ? {} : { year: 'numeric' }),
	}).format(then);
}

/** How long until a moment that is to come: "in 5 min."; "now" once it is there. */
export function ahead(at: string, now: number, locale: string): string {
	const seconds = Math.max(0, Math.round((new Date(at).getTime() - now) / 1000));
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
	if (seconds === 0) return words.format(0, 'second');
	if (seconds < HOUR) return words.format(Math.ceil(seconds / MINUTE), 'minute');
	if (seconds < DAY) return words.format(Math.ceil(seconds / HOUR), 'hour');
	return words.format(Math.ceil(seconds / DAY), 'day');
}

/** The whole moment, in the reader's time zone. */
export function exact(at: string, locale: string): string {
	return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(at));
}
