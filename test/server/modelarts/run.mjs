/**
 * Object storage, IAM and ModelArts on loopback, for trying the command without an account (`npm run stand-in`):
 *
 *     node test/server/modelarts/run.mjs --bucket data
 *
 * Prints `export` lines for a shell and runs until Ctrl-C. The keys are good nowhere else. Nothing has to be built first.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const options = {
  bucket: { type: 'string', multiple: true, default: [] },
  'obs-port': { type: 'string', default: '0' },
  port: { type: 'string', default: '0' },
  'stage-ms': { type: 'string', default: '300' },
  'version-ms': { type: 'string', default: '60000' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const usage = `usage: npm run stand-in -- [options]
  --bucket <name>     may be repeated; default data
  --port <n>          of IAM and ModelArts; default: any free one
  --obs-port <n>      of object storage; default: any free one
  --stage-ms <n>      how long each stage of the service's work lasts, in milliseconds; default 300
  --version-ms <n>    least time between two versions of a data set; default 60000, as the service has it
  --json              one line of JSON instead of export lines; ends with standard input
`;

/** Both servers as JavaScript in a directory of their own, loaded from there. */
async function load() {
  const servers = dirname(dirname(fileURLToPath(import.meta.url)));
  const target = mkdtempSync(join(tmpdir(), 'labelkit-stand-in-'));
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  try {
    writeFileSync(join(target, 'package.json'), '{"type":"module"}');
    for (const folder of ['obs', 'modelarts', 'modelarts/readers', 'modelarts/training']) {
      mkdirSync(join(target, folder));
      for (const name of readdirSync(join(servers, folder))) {
        if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
        const source = readFileSync(join(servers, folder, name), 'utf8');
        const { outputText } = ts.transpileModule(source, { compilerOptions });
        writeFileSync(join(target, folder, name.replace(/\.ts$/, '.js')), outputText);
      }
    }
    return await import(pathToFileURL(join(target, 'modelarts/index.js')).href);
  } finally {
    rmSync(target, { recursive: true });
  }
}

const { values } = parseArgs({ options });
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const { startStandIns } = await load();
const buckets = values.bucket.length > 0 ? values.bucket : ['data'];
const standIns = await startStandIns({
  buckets,
  ports: { obs: Number(values['obs-port']), service: Number(values.port) },
  pace: { ms: Number(values['stage-ms']) },
});
standIns.service.versionEveryMs = Number(values['version-ms']);

let isClosing = false;
function close() {
  if (isClosing) return;
  isClosing = true;
  standIns.close().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}

// Before anything is printed, which somebody may be waiting for.
process.once('SIGINT', close);
process.once('SIGTERM', close);

const { environment } = standIns;
if (values.json) {
  process.stdout.write(`${JSON.stringify({ buckets, environment })}\n`);
  process.stdin.resume().once('end', close);
} else {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${value}\n`);
  process.stdout.write(lines.join(''));
  process.stderr.write(`bucket ${buckets.join(', ')}; Ctrl-C ends it\n`);
}
