// The part of scripts/docs.sh that reads: documents as arguments, what they name that is not there on standard error.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const documents = process.argv.slice(2);
const faults = [];
const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8', maxBuffer: 1 << 24 }).split('\n');
const read = (pattern) => tracked.filter((file) => pattern.test(file) && existsSync(file)).map((file) => readFileSync(file, 'utf8')).join('\n');
const names = (text, pattern) => new Set([...text.matchAll(pattern)].map((match) => match[1]));

const targets = names(readFileSync('Makefile', 'utf8'), /^([a-z-]+):/gm);
const steps = new Set(readFileSync('scripts/test.sh', 'utf8').match(/^all=\((.*)\)$/m)[1].split(' '));
const tests = new Set([
	...names(read(/\.rs$/), /#\[(?:tokio::)?test[^\n]*\]\n(?:\s*#\[[^\n]*\n)*\s*(?:async )?fn (\w+)/g),
	...names(read(/^frontend\/e2e\/.*\.spec\.ts$/), /^test\('([^']+)'/gm)
]);
// What is made by building is named too, and is not there before.
const rooms = /^(?!.*\/(?:target|node_modules|build)\/)(?:\.githooks|backend|deploy|docs|frontend|openapi|scripts)\/[\w./@-]+$/;

for (const document of documents) {
	const text = readFileSync(document, 'utf8');
	const fault = (words) => faults.push(`${document}: ${words}`);
	for (const [, link] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
		if (!/^[a-z]+:/.test(link) && !existsSync(join(dirname(document), link))) fault(`no such file: ${link}`);
	}
	for (const [, code] of text.matchAll(/`([^`\n]+)`/g)) {
		if (rooms.test(code) && !existsSync(code)) fault(`no such file: ${code}`);
	}
	for (const [, target] of text.matchAll(/(?:`|^)make ([a-z-]+)/gm)) {
		if (!targets.has(target)) fault(`no such target: make ${target}`);
	}
	for (const [, list] of text.matchAll(/STEPS="?([a-z_ ]+)/g)) {
		for (const step of list.trim().split(' ')) if (!steps.has(step)) fault(`no such step: ${step}`);
	}
}

const rows = readFileSync('docs/principles.md', 'utf8').split('\n').filter((line) => /^\| (?!---|the page)/.test(line));
for (const row of rows) {
	const [, line, , shown] = row.split(' | ').length === 3 ? ['', ...row.slice(2, -2).split(' | ')] : [];
	const named = [...(shown ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]);
	if (named.length === 0) faults.push(`docs/principles.md: nothing shows "${line ?? row}"`);
	for (const name of named.filter((name) => !tests.has(name) && !steps.has(name))) {
		faults.push(`docs/principles.md: no such test or step: ${name}`);
	}
}

for (const fault of faults) console.error(fault);
console.log(`${documents.length} documents and ${rows.length} lines of the page read, ${tests.size} tests known`);
process.exit(faults.length === 0 ? 0 : 1);
