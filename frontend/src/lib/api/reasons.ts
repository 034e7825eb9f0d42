// What each of the server's reason slugs means, in the reader's language.
import { m } from '$lib/paraglide/messages.js';

/**
 * What a moderator wrote is read as it was written, in every language, within a sentence of ours. By status and reason:
 * of a suspended account only its owner is told why.
 */
export const QUOTED: Partial<Record<string, (said: { reason: string }) => string>> = {
	'403 account_suspended': m.reason_account_suspended_why,
	'410 removed_by_moderator': m.reason_removed_by_moderator,
};

export const REASONS: Partial<Record<string, () => string>> = {
	account_suspended: m.reason_account_suspended,
	cannot_suspend_yourself: m.reason_cannot_suspend_yourself,
	changed_meanwhile: m.reason_changed_meanwhile,
	client_name_invalid: m.reason_client_name_invalid,
	client_not_found: m.reason_client_not_found,
	code_expired: m.reason_code_expired,
	code_wrong: m.reason_code_wrong,
	credentials_wrong: m.reason_credentials_wrong,
	device_code_not_found: m.reason_device_code_not_found,
	email_confirmed_already: m.reason_email_confirmed_already,
	email_not_confirmed: m.reason_email_not_confirmed,
	email_invalid: m.reason_email_invalid,
	email_taken: m.reason_email_taken,
	follow_self: m.reason_follow_self,
	hidden_already: m.reason_hidden_already,
	is_admin: m.reason_is_admin,
	last_admin: m.reason_last_admin,
	mail_not_configured: m.reason_mail_not_configured,
	media_not_ready: m.reason_media_not_ready,
	no_open_reports: m.reason_no_open_reports,
	not_a_picture: m.reason_not_a_picture,
	not_hidden: m.reason_not_hidden,
	password_too_common: m.reason_password_too_common,
	password_unchanged: m.reason_password_unchanged,
	password_wrong: m.reason_password_wrong,
	phone_invalid: m.reason_phone_invalid,
	picture_broken: m.reason_picture_broken,
	picture_format_unknown: m.reason_picture_format_unknown,
	picture_too_many_pixels: m.reason_picture_too_many_pixels,
	post_not_found: m.reason_post_not_found,
	redirect_uri_invalid: m.reason_redirect_uri_invalid,
	refresh_token_invalid: m.reason_refresh_token_invalid,
	request_expired: m.reason_request_expired,
	request_finished: m.reason_request_finished,
	request_invalid: m.reason_request_invalid,
	session_over: m.reason_session_over,
	sms_not_configured: m.reason_sms_not_configured,
	studio_busy: m.reason_studio_busy,
	too_many_apps: m.reason_too_many_apps,
	too_many_webhooks: m.reason_too_many_webhooks,
	upload_too_large: m.reason_upload_too_large,
	url_invalid: m.reason_url_invalid,
	user_not_found: m.reason_user_not_found,
	username_reserved: m.reason_username_reserved,
	username_taken: m.reason_username_taken,
	webhook_not_found: m.reason_webhook_not_found,
};
