// Compiles wasm/line-scanner.ts with AssemblyScript and embeds the result in src/manifest/line-scanner-wasm.ts.
// `--check` compares instead of writing: the embedded module must be what the source says.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = 'src/manifest/line-scanner-wasm.ts';
/** @type {Uint8Array | undefined} */
let binary;
const { error, stderr } = await main(
  [
    'line-scanner.ts',
    '--outFile',
    'line-scanner.wasm',
    '--runtime',
    'stub',
    '-O3',
    '--converge',
    '--noAssert',
    '--enable',
    'simd',
    '--initialMemory',
    '14',
    '--maximumMemory',
    '14',
  ],
  {
    readFile: (name) => {
      try {
        return readFileSync(`${root}wasm/${name}`, 'utf8');
      } catch {
        return null; // The compiler tries several places for each file.
      }
    },
    writeFile: (name, contents) => {
      if (name === 'line-scanner.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  },
);
if (error !== null || binary === undefined) {
  process.stderr.write(`${stderr.toString()}\n`);
  process.exit(1);
}
const base64 = Buffer.from(binary).toString('base64');
const rows = base64.match(/.{1,100}/g) ?? [];
const text = `// Made from wasm/line-scanner.ts by scripts/build-wasm.mjs; not to be edited.\n\n/** The scanner of manifest lines as a WebAssembly module, base64. */\nexport const lineScannerModule =\n${rows.map((row) => `  '${row}'`).join(' +\n')};\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(root + target, 'utf8') !== text) {
    process.stderr.write(
      `${target} is not what wasm/line-scanner.ts compiles to: run node scripts/build-wasm.mjs\n`,
    );
    process.exit(1);
  }
} else writeFileSync(root + target, text);
