// Why something can be reported, in the reader's language and in the order in which the reasons are offered.
import type { ReportReason } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

const WORDS: Record<ReportReason, () => string> = {
	spam: m.report_spam,
	abuse: m.report_abuse,
	nudity: m.report_nudity,
	violence: m.report_violence,
	illegal: m.report_illegal,
	other: m.report_other,
};

export const REPORT_REASONS = Object.keys(WORDS) as ReportReason[];

export function reasonWords(reason: ReportReason): string {
	return WORDS[reason]();
}
