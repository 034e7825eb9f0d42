// Writes FILE.br and FILE.gz beside every file of the built web app that gets smaller by it. The gateway embeds
// all three and sends what the browser accepts, so nothing is compressed while anybody waits.
//   node scripts/compress.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(html|css|js|mjs|json|svg|txt|xml|webmanifest)$/;
// Below this a response fits one packet anyway.
const WORTHWHILE = 1024;

const folder = process.argv[2];
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
	if (!entry.isFile() || !TEXT.test(entry.name)) continue;
	const path = join(entry.parentPath, entry.name);
	const content = readFileSync(path);
	if (content.length < WORTHWHILE) continue;
	keepIfSmaller(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
	keepIfSmaller(`${path}.gz`, gzipSync(content, { level: 9 }));

	function keepIfSmaller(target, packed) {
		if (packed.length < content.length) writeFileSync(target, packed);
	}
}
