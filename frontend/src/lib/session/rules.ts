// What can be told about a new account before the server is asked. The server's rules are the ones that
// count; these only spare the way.
import { m } from '$lib/paraglide/messages.js';
import type { SignUp } from '$lib/api/types';

const USERNAME = /^[a-z0-9._]{3,30}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

type Field = 'username' | 'email' | 'password';

export function signUpFaults(wanted: SignUp): Partial<Record<Field, string>> {
	const email = emailFault(wanted.email);
	const password = passwordFault(wanted.password);
	return {
		...(!USERNAME.test(wanted.username) && { username: m.username_help() }),
		...(email !== null && { email }),
		...(password !== null && { password }),
	};
}

/** What is wrong with an address, or null. */
export function emailFault(email: string): string | null {
	return EMAIL.test(email) ? null : m.email_fault();
}

/** What is wrong with a new password, or null. Its length is counted in bytes, as bcrypt does. */
export function passwordFault(password: string): string | null {
	if ([...password].length < 8) return m.password_short();
	if (new TextEncoder().encode(password).length > 72) return m.password_long();
	return null;
}
