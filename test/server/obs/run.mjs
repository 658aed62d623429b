/**
 * The OBS test server as a program, for trying the command against it and for benchmarks:
 *
 *     node test/server/obs/run.mjs --port 9000 --bucket data --put data/a.txt=./a.txt
 *     node test/server/obs/run.mjs --synthetic data/big.bin=1073741824 --bandwidth 50000000 --json
 *
 * Prints where it listens and ends with Ctrl-C or when its standard input ends (with --json, so that it never
 * outlives a benchmark). `--help` lists the options. Nothing has to be built first.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const options = {
  port: { type: 'string', default: '0' },
  bucket: { type: 'string', multiple: true, default: [] },
  pfs: { type: 'string', multiple: true, default: [] },
  put: { type: 'string', multiple: true, default: [] },
  synthetic: { type: 'string', multiple: true, default: [] },
  'access-key': { type: 'string' },
  'secret-key': { type: 'string' },
  token: { type: 'string' },
  tls: { type: 'boolean', default: false },
  anonymous: { type: 'boolean', default: false },
  discard: { type: 'string' },
  bandwidth: { type: 'string' },
  latency: { type: 'string' },
  'min-part': { type: 'string' },
  'page-size': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const usage = `usage: node run.mjs [options]
  --port <n>                  default: any free one
  --bucket <name>             may be repeated; default test-bucket
  --pfs <name>                a bucket that is a parallel file system
  --put <bucket/key=file>     an object with the bytes of a local file
  --synthetic <bucket/key=n>  an object of n made-up bytes that takes no memory
  --access-key, --secret-key, --token
  --tls                       https; the certificate is printed
  --anonymous                 requests need no signature
  --discard digest|length     do not keep uploads
  --bandwidth <n>             bytes per second and connection
  --latency <n>               milliseconds before each answer
  --min-part <n>, --page-size <n>
  --json                      one line of JSON with endpoint, keys and certificate; ends with standard input
`;

/** The server as JavaScript in a directory of its own, loaded from there. */
async function load() {
  const source = dirname(fileURLToPath(import.meta.url));
  const target = mkdtempSync(join(tmpdir(), 'labelkit-obs-'));
  try {
    writeFileSync(join(target, 'package.json'), '{"type":"module"}');
    for (const name of readdirSync(source)) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const { outputText } = ts.transpileModule(readFileSync(join(source, name), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      });
      writeFileSync(join(target, name.replace(/\.ts$/, '.js')), outputText);
    }
    return await import(pathToFileURL(join(target, 'index.js')).href);
  } finally {
    rmSync(target, { recursive: true });
  }
}

/** `bucket/key=value` in its three parts. */
function assignment(text, option) {
  const parts = /^([^/=]+)\/(.+)=([^=]*)$/s.exec(text);
  if (!parts) throw new TypeError(`--${option} wants bucket/key=value, not ${text}`);
  return parts.slice(1);
}

const { values } = parseArgs({ options });
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const { startObsServer } = await load();
const number = (text) => (text === undefined ? undefined : Number(text));
const buckets = [...values.bucket, ...values.pfs.map((name) => ({ name, pfs: true }))];
const server = await startObsServer({
  port: Number(values.port),
  ...(buckets.length > 0 ? { buckets } : {}),
  accessKey: values['access-key'],
  secretKey: values['secret-key'],
  securityToken: values.token,
  tls: values.tls,
  anonymous: values.anonymous,
  discardUploads: values.discard,
  bytesPerSecond: number(values.bandwidth),
  latencyMs: number(values.latency),
  minPartBytes: number(values['min-part']),
  pageSize: number(values['page-size']),
});
for (const text of values.put) {
  const [bucket, key, file] = assignment(text, 'put');
  server.put(bucket, key, readFileSync(file));
}
for (const text of values.synthetic) {
  const [bucket, key, size] = assignment(text, 'synthetic');
  server.putSynthetic(bucket, key, Number(size));
}

const { endpoint, virtualEndpoint, port, accessKey, secretKey, securityToken, certificate } = server;
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ endpoint, virtualEndpoint, port, accessKey, secretKey, securityToken, certificate })}\n`,
  );
  process.stdin.resume().once('end', () => void server.close());
} else {
  process.stdout.write(
    `endpoint    ${endpoint}  (path style)\naccess key  ${accessKey}\nsecret key  ${secretKey}\n`,
  );
  if (securityToken) process.stdout.write(`token       ${securityToken}\n`);
  if (certificate) process.stdout.write(certificate);
}
process.once('SIGINT', () => void server.close());
process.once('SIGTERM', () => void server.close());
