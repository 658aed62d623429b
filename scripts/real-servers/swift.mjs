import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { answers, freePorts, pathOf, run } from './processes.mjs';

export const name = 'Swift with s3api';
export const packages = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'];
export const programs = [
  ...['memcached', 'swift-ring-builder'],
  ...['swift-account-server', 'swift-container-server', 'swift-object-server', 'swift-proxy-server'],
];

const account = 'labelkit';
const user = 'tester';
const secretKey = 'labelkit-test-secret';
const layers = ['account', 'container', 'object'];

/** Runs one of Swift's servers with the swift.conf of a folder instead of the one of the system. */
const launcher = `
import runpy, sys
from swift.common.utils import set_swift_dir
set_swift_dir(sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name='__main__')
`;

/** One of each server, one copy of everything, one device that is a folder; users and keys are in the proxy's settings. */
export async function start(folder, processes) {
  const at = (file) => join(folder, file);
  const [proxyPort, memcachedPort, ...ports] = await freePorts(5);
  mkdirSync(at('devices/one'), { recursive: true });
  const { username } = userInfo();
  const common = (port) => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = ${username}
swift_dir = ${folder}
workers = 0
log_udp_host = 127.0.0.1
log_udp_port = 9
`;
  writeFileSync(
    at('swift.conf'),
    `[swift-hash]
swift_hash_path_suffix = labelkit
swift_hash_path_prefix = labelkit
`,
  );
  layers.forEach((layer, n) => {
    writeFileSync(
      at(`${layer}-server.conf`),
      `${common(ports[n])}devices = ${at('devices')}
mount_check = false
disable_fallocate = true

[pipeline:main]
pipeline = ${layer}-server

[app:${layer}-server]
use = egg:swift#${layer}
`,
    );
  });
  writeFileSync(
    at('proxy-server.conf'),
    `${common(proxyPort)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# What was just made is seen at once.
recheck_container_existence = 0
recheck_account_existence = 0

[filter:tempauth]
use = egg:swift#tempauth
user_${account}_${user} = ${secretKey} .admin

[filter:s3api]
use = egg:swift#s3api
min_segment_size = 102400
max_upload_part_num = 10000

[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcachedPort}

${['catch_errors', 'gatekeeper', 'healthcheck', 'listing_formats', 'bulk', 'copy', 'dlo']
  .map((filter) => `[filter:${filter}]\nuse = egg:swift#${filter}\n`)
  .join('\n')}`,
  );
  await Promise.all(
    layers.map(async (layer, n) => {
      const builder = at(`${layer}.builder`);
      await run('swift-ring-builder', [builder, 'create', '4', '1', '1']);
      await run('swift-ring-builder', [builder, 'add', `r1z1-127.0.0.1:${ports[n]}/one`, '1']);
      await run('swift-ring-builder', [builder, 'rebalance']);
    }),
  );

  const server = (layer, port, path) => {
    const program = pathOf(`swift-${layer}-server`);
    const args = ['-c', launcher, folder, program, at(`${layer}-server.conf`)];
    return processes.start(layer, interpreterOf(program), args, () => answers(port, path));
  };
  await Promise.all([
    processes.start(
      'memcached',
      'memcached',
      ['-u', username, '-l', '127.0.0.1', '-p', String(memcachedPort), '-U', '0'],
      () => accepts(memcachedPort),
    ),
    ...layers.map((layer, n) => server(layer, ports[n], '/recon/version')),
    server('proxy', proxyPort, '/healthcheck'),
  ]);
  return { name, endpoint: `http://127.0.0.1:${proxyPort}`, accessKey: `${account}:${user}`, secretKey };
}

/** The Python that a program names in its first line: it has Swift's modules, which another may not have. */
function interpreterOf(program) {
  const [, interpreter] = /^#! *(\S+)/.exec(readFileSync(program, 'utf8')) ?? [];
  if (interpreter === undefined) throw new Error(`${program} does not say what runs it`);
  return interpreter;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
