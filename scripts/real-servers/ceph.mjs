import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, freePorts, run } from './processes.mjs';

export const name = 'Ceph radosgw';
export const packages = ['ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'];
export const programs = [
  ...['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd'],
  ...['monmaptool', 'radosgw', 'radosgw-admin'],
];

const accessKey = 'LABELKITTESTACCESS';
const secretKey = 'labelkit-test-secret';

/**
 * The smallest cluster that serves objects: one monitor, one store that keeps its data in memory, one gateway;
 * no manager.
 */
export async function start(folder, processes) {
  const at = (file) => join(folder, file);
  for (const made of ['mon', 'osd', 'run']) mkdirSync(at(made));
  const [monPort, gatewayPort] = await freePorts(2);
  const cluster = randomUUID();
  writeFileSync(
    at('ceph.conf'),
    `[global]
fsid = ${cluster}
mon host = v2:127.0.0.1:${monPort}
mon initial members = a
public addr = 127.0.0.1
ms bind ipv4 = true
ms bind msgr1 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = ${at('$name.keyring')}
run dir = ${at('run')}
admin socket = ${at('run/$name.asok')}
pid file = ${at('run/$name.pid')}
log file = ${at('$name.daemon.log')}
mon cluster log file = ${at('cluster.log')}
crash dir = ${at('run')}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000

[mon]
mon data = ${at('mon')}
# The disk of the machine may be nearly full; nothing of weight is stored there.
mon data avail crit = 0

[osd]
osd data = ${at('osd')}
osd objectstore = memstore
memstore device bytes = 4294967296

[client.rgw.a]
# Without tcp_nodelay each small answer waits for an acknowledgement.
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw multipart min part size = 102400
rgw enable usage log = false
rgw enable gc threads = false
rgw data = ${at('run')}
`,
  );
  const conf = ['-c', at('ceph.conf')];
  const admin = [...conf, '-k', at('client.admin.keyring'), '-n', 'client.admin'];
  const ceph = (...args) => run('ceph', [...admin, '--connect-timeout', '30', ...args]);

  await run('ceph-authtool', [
    ...['--create-keyring', at('client.admin.keyring'), '--gen-key', '-n', 'client.admin'],
    ...['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'],
  ]);
  await run('ceph-authtool', [
    ...['--create-keyring', at('mon.a.keyring'), '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *'],
    ...['--import-keyring', at('client.admin.keyring')],
  ]);
  await run('monmaptool', [
    ...['--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${monPort}]`],
    at('monmap'),
  ]);
  await run('ceph-mon', [
    ...conf,
    '--mkfs',
    '-i',
    'a',
    '--monmap',
    at('monmap'),
    '--keyring',
    at('mon.a.keyring'),
  ]);

  const succeeds = (work) => async () => {
    try {
      await work();
      return true;
    } catch (error) {
      if (error.code === undefined) throw error;
      return false;
    }
  };
  await processes.start(
    'mon',
    'ceph-mon',
    [...conf, '-i', 'a', '-f'],
    succeeds(() => ceph('status')),
  );
  await ceph(...['auth', 'get-or-create', 'osd.0', 'mon', 'allow profile osd', 'osd', 'allow *']).then(
    (text) => writeFileSync(at('osd.0.keyring'), text),
  );
  const store = randomUUID();
  await ceph('osd', 'create', store);
  await run('ceph-osd', [...conf, '-i', '0', '--mkfs', '--osd-uuid', store]);
  await processes.start('osd', 'ceph-osd', [...conf, '-i', '0', '-f'], async () => {
    const { num_up_osds: up } = JSON.parse(await ceph('osd', 'stat', '--format', 'json'));
    return up === 1;
  });
  await ceph(...['auth', 'get-or-create', 'client.rgw.a', 'mon', 'allow rw', 'osd', 'allow rwx']).then(
    (text) => writeFileSync(at('client.rgw.a.keyring'), text),
  );
  await run('radosgw-admin', [
    ...[...conf, '-n', 'client.rgw.a', 'user', 'create', '--uid', 'labelkit', '--display-name', 'labelkit'],
    ...['--access-key', accessKey, '--secret-key', secretKey, '--max-buckets', '10000'],
  ]);
  await processes.start('gateway', 'radosgw', [...conf, '-n', 'client.rgw.a', '-f'], () =>
    answers(gatewayPort),
  );
  return { name, endpoint: `http://127.0.0.1:${gatewayPort}`, accessKey, secretKey };
}
