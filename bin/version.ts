import { readFileSync } from 'node:fs';

/** The version in the package's own `package.json`, which lies above both `bin` and `dist/bin`. */
export function packageVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'labelkit') return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('labelkit is not installed as a package: its package.json is missing');
}
