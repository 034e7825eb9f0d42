/*
 * The fields of the page's forms: what an answer fills in, and what the server found wrong. It makes no call.
 */
const clientForm = document.getElementById('client');

/** Puts a value into every field of this name, so that the next call need not be typed. Nothing found, nothing filled. */
export function fill(name, value, evenEmpty = false) {
	if (!value && !evenEmpty) return;
	for (const field of document.querySelectorAll(`form [name="${name}"]`)) field.value = value;
}

/** The app that this page plays, as its fields have it. */
export function client() {
	const { client_id, client_secret, proof } = Object.fromEntries(new FormData(clientForm));
	return { client_id: client_id.trim(), client_secret: client_secret.trim(), proof };
}

/** Lets the page play another app. */
export function play({ client_id, client_secret, proof }) {
	fill('client_id', client_id);
	clientForm.elements.client_secret.value = client_secret ?? '';
	clientForm.elements.proof.value = proof;
}

/** Says below a field what the server found wrong with it, and goes to the first one. */
export function explain(form, json) {
	const details = json?.details;
	const faults = details?.errors ?? (details?.field ? [details] : []);
	const fields = faults.flatMap(({ field, issue }) => {
		const control = form.querySelector(`[name="${CSS.escape(field?.split(/[[.]/)[0] ?? '')}"]`);
		return control && control.type !== 'hidden' ? [mark(control, issue)] : [];
	});
	fields[0]?.focus();
}

function mark(control, issue) {
	const fault = Object.assign(document.createElement('p'), { className: 'fault', textContent: issue, id: `fault-${crypto.getRandomValues(new Uint32Array(1))}` });
	control.setAttribute('aria-invalid', 'true');
	control.setAttribute('aria-describedby', fault.id);
	control.closest('fieldset, label').after(fault);
	return control;
}

export function clearFaults(form) {
	for (const fault of form.querySelectorAll('.fault')) fault.remove();
	for (const control of form.querySelectorAll('[aria-invalid]')) {
		control.removeAttribute('aria-invalid');
		control.removeAttribute('aria-describedby');
	}
}
