// The reasons of the reports of one subject, weighed. Pure.
import type { Reported, ReportReason } from '$lib/api/types';
import { REPORT_REASONS } from '$lib/reports/reasons';

type Counts = Reported['reports']['reasons'];

/** Each reason that was given with how often, the commonest first; alike ones in the order in which they are offered. */
export function weighed(counts: Counts): { reason: ReportReason; count: number }[] {
	return REPORT_REASONS.map((reason) => ({ reason, count: counts[reason] ?? 0 }))
		.filter(({ count }) => count > 0)
		.sort((one, other) => other.count - one.count);
}

/** The reason that most gave; `other` where none is known. */
export function mostGiven(counts: Counts): ReportReason {
	return weighed(counts)[0]?.reason ?? 'other';
}
