import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from './io-error.js';

/**
 * Who wrote a lock or a temporary file, so that another process can tell whether it still lives. A process
 * id alone will not do: ids are used again, start over at boot, and mean something else in a container.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Changes at every boot; empty where the system does not say. */
  readonly boot: string;
  /** The space of process ids (container); empty where the system does not say. */
  readonly space: string;
  /** When the process began, in the system's own unit; empty where the system does not say. */
  readonly started: string;
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    host: hostname(),
    boot: linuxFact(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    space: linuxFact(() => readlinkSync('/proc/self/ns/pid')),
    started: processState(process.pid)?.started ?? '',
  };
  return own;
}

/** True only when it is certain that the process no longer runs: it was on this host, and is not there now. */
export function isGone(other: ProcessIdentity): boolean {
  const me = ownIdentity();
  if (other.host !== me.host) return false;
  if (other.boot !== me.boot) return other.boot !== '' && me.boot !== '';
  if (other.space !== me.space) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (errnoOf(error) === 'ESRCH') return true;
  }
  const state = processState(other.pid);
  if (state === undefined) return false;
  return state.dead || (other.started !== '' && state.started !== other.started);
}

/** Short text that two identities share when they are of the same host and process space. */
export function hostMark(identity: ProcessIdentity): string {
  return createHash('sha256').update(`${identity.host}\0${identity.space}`).digest('hex').slice(0, 8);
}

/** Short text for one boot of one host; empty where unknown. */
export function bootMark(identity: ProcessIdentity): string {
  return identity.boot.replace(/[^0-9a-f]/g, '').slice(0, 8);
}

/** From Linux `/proc/<pid>/stat`: state is the first field after the name's `)`, start time the twentieth. */
function processState(pid: number): { started: string; dead: boolean } | undefined {
  const text = linuxFact(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Z: killed, and its parent has not fetched the news yet.
  return { started: fields[19] ?? '', dead: fields[0] === 'Z' || fields[0] === 'X' };
}

/** A fact from `/proc`, or empty on systems that have none and where it is hidden. */
function linuxFact(read: () => string): string {
  if (process.platform !== 'linux') return '';
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return '';
  }
}
