import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built package: benchmarks measure what is shipped, not the sources through a loader. */
export const libraryUrl = new URL('../../../dist/lib/index.js', import.meta.url);
export const commandUrl = new URL('../../../dist/bin/labelkit.js', import.meta.url);

/** True once both the library and the command have been built. */
export const isBuilt = () => existsSync(fileURLToPath(libraryUrl)) && existsSync(fileURLToPath(commandUrl));

/**
 * The library's exports.
 * @returns {Promise<any>} untyped here: `dist` is absent while this folder is type-checked
 */
export const loadLibrary = () => import(libraryUrl.href);

/**
 * What a module of the package exports that the package itself does not: a part of a task by itself.
 * @param {string} path below `src`
 * @returns {Promise<any>}
 */
export const loadModule = (path) => import(new URL(`../../../dist/src/${path}`, import.meta.url).href);
