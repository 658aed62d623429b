const obsScheme = /^(?:obs|s3|s3a|s3n):\/\//i;

/** A place in object storage as the data service writes it: `obs://bucket/dir` becomes `/bucket/dir`. */
export function servicePath(path: string): string {
  return path.replace(obsScheme, '/');
}

/** {@link servicePath} of a folder, which ends with a slash. */
export function serviceFolder(path: string): string {
  const inside = servicePath(path);
  return inside.endsWith('/') ? inside : `${inside}/`;
}
